"""Neighbour lists of 300 five-atom crystals against pymatgen, and vesin and matscipy if installed.

Run: python -m benchmarks.materials_neighbors [--quick]. The first 300 validation rows of perov_5 where
$FOURFOLD_DATA has them, else generated perovskite-like cells. Target: at least 5x
`Structure.get_neighbor_list` at 5 and 7 angstrom. Edge sets are compared before anything is timed. Processor
time, one thread; the peers get their structures and arrays ready-made, ours builds lattices and checks its
input within the time.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.measure import interleave, one_thread, ratio_summary, report, spread, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
import torch  # noqa: E402
from fourfold.domains.materials.crystals.batch import CrystalBatch  # noqa: E402
from fourfold.domains.materials.crystals.crystals import Crystals  # noqa: E402
from fourfold.domains.materials.crystals.structures import crystals_of, structures_of  # noqa: E402
from fourfold.domains.materials.neighbors.neighbor_list import NeighborList, neighbor_list  # noqa: E402
from fourfold.domains.materials.neighbors.torch_list import neighbor_list_torch  # noqa: E402

CRYSTALS = 300
CUTOFFS = (5.0, 7.0)
GOLDEN = {5.0: 56_516, 7.0: 153_714}
"""Ordered pairs of the first 300 validation rows of perov_5."""


def perovskites(count: int) -> tuple[Crystals, str]:
    """Rows of perov_5 as pymatgen parses them, or made-up cells of five atoms."""
    table = Path(os.environ.get("FOURFOLD_DATA", "")) / "materials" / "perov_5" / "val.csv"
    if table.is_file():
        from pymatgen.core import Structure

        with table.open(newline="") as lines:
            texts = [row["cif"] for row in islice(csv.DictReader(lines), count)]
        return crystals_of(
            [Structure.from_str(text, fmt="cif") for text in texts]
        ), "perov_5, validation rows"
    rng = np.random.default_rng(0)
    ideal = np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    frac = (ideal + rng.normal(0, 0.02, (count, 5, 3))) % 1
    edges = np.repeat(rng.uniform(3.5, 5.5, (count, 1)), 3, axis=1)
    return Crystals(
        frac.reshape(-1, 3),
        np.tile(np.array([56, 22, 8, 8, 8], np.int32), count),
        edges,
        np.full((count, 3), 90.0),
        np.arange(0, 5 * count + 1, 5),
        tuple(f"made-{i}" for i in range(count)),
    ), "generated"


def peers(crystals: Crystals, cutoff: float) -> dict[str, Callable[[], list[tuple[np.ndarray, ...]]]]:
    """Each peer's lists of all crystals: receiver, sender, image of every edge."""
    structures = structures_of(crystals)
    matrices = crystals.matrices()
    cells = [
        (np.ascontiguousarray(crystals.frac[a:b] @ matrix), matrix)
        for a, b, matrix in zip(crystals.offsets[:-1], crystals.offsets[1:], matrices, strict=True)
    ]
    found: dict[str, Callable[[], list[tuple[np.ndarray, ...]]]] = {
        "pymatgen": lambda: [structure.get_neighbor_list(cutoff)[:3] for structure in structures]
    }
    try:
        import vesin

        calculator = vesin.NeighborList(cutoff=cutoff, full_list=True)
        found["vesin"] = lambda: [
            tuple(calculator.compute(points, box, periodic=True, quantities="ijS")) for points, box in cells
        ]
    except ImportError:
        print("vesin is not installed: left out")
    try:
        from matscipy.neighbours import neighbour_list

        found["matscipy"] = lambda: [
            neighbour_list("ijS", positions=points, cell=box, pbc=np.ones(3, bool), cutoff=cutoff)
            for points, box in cells
        ]
    except ImportError:
        print("matscipy is not installed: left out")
    return found


def edge_sets_differ(ours: NeighborList, theirs: list[tuple[np.ndarray, ...]]) -> int:
    """Crystals whose set of (receiver, sender, image) is not the same."""
    differ = 0
    for m, (receiver, sender, image) in enumerate(theirs):
        rows = slice(*ours.edge_offsets[m : m + 2])
        local = [ours.receiver[rows] - ours.offsets[m], ours.sender[rows] - ours.offsets[m]]
        mine = np.column_stack([*local, ours.image[rows]])
        other = np.column_stack([receiver, sender, np.asarray(image).astype(int)])
        differ += {*map(tuple, mine.tolist())} != {*map(tuple, other.tolist())}
    return differ


def compare(crystals: Crystals, cutoff: float, repeats: int) -> dict[str, Any]:
    """Ratios to every peer at one cutoff; microseconds a crystal of these, of the limit and of tensors."""
    batch = CrystalBatch.of(crystals)
    other = peers(crystals, cutoff)
    ours = neighbor_list(crystals, cutoff)
    differ = {name: edge_sets_differ(ours, call()) for name, call in other.items()}
    assert differ["pymatgen"] == 0, f"{differ['pymatgen']} crystals differ from pymatgen"
    calls: dict[str, Callable[[], Any]] = {
        "ours": lambda: neighbor_list(crystals, cutoff),
        "ours, nearest 20": lambda: neighbor_list(crystals, cutoff, max_neighbors=20),
        "ours, tensors": lambda: neighbor_list_torch(batch, cutoff),
        **other,
    }
    times = interleave(calls, repeats, clock=time.process_time)
    summaries = {}
    for name in other:
        summaries[name] = {**ratio_summary(times, peer=name), "crystals_that_differ": differ[name]}
        print(report(f"{cutoff:g} angstrom against {name}", summaries[name]), flush=True)
    scale = 1e6 / len(crystals)
    per_crystal = {name: spread([scale * one for one in values]) for name, values in times.items()}
    print({name: round(values["median"], 1) for name, values in per_crystal.items()}, flush=True)
    return {"edges": len(ours), "against": summaries, "microseconds_per_crystal": per_crystal}


def main() -> None:
    """Print and store both cutoffs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, nothing stored")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    crystals, source = perovskites(CRYSTALS)
    start = time.perf_counter()
    neighbor_list(crystals.take([0]), 2.0, max_neighbors=1, symmetric=True)
    first_call = time.perf_counter() - start
    results = {f"{cutoff:g}": compare(crystals, cutoff, 3 if quick else 9) for cutoff in CUTOFFS}
    if source.startswith("perov_5"):
        assert {cutoff: results[f"{cutoff:g}"]["edges"] for cutoff in CUTOFFS} == GOLDEN
    if not quick:
        payload = {
            "crystals": source,
            "count": len(crystals),
            "clock": "processor time",
            "first_call_seconds": first_call,
            "angstrom": results,
        }
        print(write_result("materials_neighbors", payload, ("pymatgen-core", "vesin", "matscipy")))


if __name__ == "__main__":
    main()
