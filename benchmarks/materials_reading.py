"""Reading rows of CIF text, against pymatgen's parser.

Run: python -m benchmarks.materials_reading [--quick | --all]. Ours is all of `read_crystals` on a data frame:
parsing, packing and every check; the peer is `CifParser` alone. On perov_5 and mp_20 where $FOURFOLD_DATA has
them, else on the AFLOW prototypes as pymatgen writes them. Target: at least 5x, with equal result, which is
asserted before anything is timed. Processor time, one thread.
"""

from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
import pandas as pd  # noqa: E402
from fourfold.domains.materials.crystals.cif_text import cif_texts  # noqa: E402
from fourfold.domains.materials.crystals.reading import read_crystals  # noqa: E402
from fourfold.domains.materials.datasets import load_crystals  # noqa: E402
from fourfold.shared.datasets import locate  # noqa: E402
from fourfold.shared.errors import InputError  # noqa: E402

ROWS = 1000


def sources(rows: int) -> dict[str, pd.DataFrame]:
    """Tables of `rows` rows of CIF text."""
    try:
        frames = {
            "perov_5": pd.read_csv(locate("perov-5")[0]),
            "mp_20": pd.read_feather(locate("mp-20")[0]),
        }
    except InputError:
        crystals = load_crystals("aflow")
        small = crystals.take(np.flatnonzero(crystals.counts <= 20))
        texts = (cif_texts(small) * (rows // len(small) + 1))[:rows]
        return {"aflow": pd.DataFrame({"material_id": range(rows), "cif": texts})}
    return {name: frame[["material_id", "cif"]].iloc[:rows] for name, frame in frames.items()}


def everything() -> dict[str, pd.DataFrame]:
    """Both tables with all their rows.

    Raises:
        InputError: they are not on this machine.
    """
    perovskites = pd.concat([pd.read_csv(path) for path in locate("perov-5")], ignore_index=True)
    return {"perov_5": perovskites, "mp_20": pd.read_feather(locate("mp-20")[0])}


def peer(texts: list[str]) -> list[Any]:
    """pymatgen's structures."""
    from pymatgen.io.cif import CifParser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [CifParser.from_str(text).parse_structures(primitive=False)[0] for text in texts]


def assert_equal(frame: pd.DataFrame) -> float:
    """Same elements in the same order, same coordinates to the last bit; the largest difference of a cell."""
    crystals = read_crystals(frame)
    structures = peer(list(frame["cif"]))
    assert len(crystals) == len(structures)
    apart = 0.0
    for i, structure in enumerate(structures):
        atoms = slice(crystals.offsets[i], crystals.offsets[i + 1])
        np.testing.assert_array_equal(crystals.numbers[atoms], structure.atomic_numbers)
        np.testing.assert_array_equal(crystals.frac[atoms], structure.frac_coords)
        cell = np.concatenate([crystals.lengths[i], crystals.angles[i]])
        apart = max(apart, float(np.abs(cell - structure.lattice.parameters).max()))
    assert apart < 1e-9
    return apart


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 rows, one round; nothing is written")
    parser.add_argument("--all", action="store_true", help="compare all rows, and time nothing")
    chosen = parser.parse_args(arguments)
    if chosen.all:
        for name, frame in everything().items():
            print(f"{name}: {len(frame):,} rows equal, cells within {assert_equal(frame):.1e}")
        return
    quick = chosen.quick
    rows, repeats = (100, 1) if quick else (ROWS, 5)
    results: dict[str, Any] = {"threads": 1, "clock": "processor time", "rows": rows}
    for name, frame in sources(rows).items():
        texts = list(frame["cif"])
        apart = assert_equal(frame)
        calls = {"ours": lambda frame=frame: read_crystals(frame), "peer": lambda texts=texts: peer(texts)}
        summary = ratio_summary(interleave(calls, repeats, warm_up=0, clock=time.process_time))
        print(report(f"{name}, {rows:,} rows", summary))
        results[name] = {"largest_difference_of_a_cell": apart, **summary}
    if not quick:
        print(f"written: {write_result('materials_reading', results, ('pymatgen', 'pymatgen-core'))}")


if __name__ == "__main__":
    main()
