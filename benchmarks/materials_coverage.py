"""COV-R and COV-P of a generator on perov_5 by CDVAE's own definition: CrystalNN's and magpie's fingerprints.

Cutoffs 0.2 and 4, compositions in units of mp_20's training crystals (of which 500 are taken). Real
training crystals are judged beside them: no generator can be asked for more than real crystals reach. Needs
`pip install "fourfold[materials-metrics]"`; a quarter of a second of processor time a crystal, so what is
found is kept in a folder and a stopped run goes on.

COV-R grows with the number of generated crystals, of which CDVAE's evaluation takes 10,000. `--more 9000`
adds so many to the first 1,000: the compositions of all, but structures only of those that this package's
fingerprints show nearest to test crystals not covered yet. COV-R of all is at least what these reach.

    FOURFOLD_DATA=... python -m benchmarks.materials_coverage perov-flow --keep runs/coverage
    FOURFOLD_DATA=... python -m benchmarks.materials_coverage perov-flow --keep runs/coverage --more 9000
    FOURFOLD_DATA=... python -m benchmarks.materials_coverage perov-flow --many 4000  # own fingerprints
"""

from __future__ import annotations

from benchmarks.measure import one_thread, write_result

one_thread()

import argparse  # noqa: E402
import hashlib  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
from fourfold import CrystalGenerator  # noqa: E402
from fourfold.domains.materials.crystals.crystals import Crystals  # noqa: E402
from fourfold.domains.materials.datasets import load_crystals  # noqa: E402
from fourfold.domains.materials.formulas import formula_texts  # noqa: E402
from fourfold.domains.materials.metrics.coverage import coverage  # noqa: E402
from fourfold.domains.materials.metrics.cutoffs import LIGHT_CUTOFFS, UPSTREAM_CUTOFFS  # noqa: E402
from fourfold.domains.materials.metrics.fingerprints import Fingerprints, fingerprints  # noqa: E402
from fourfold.domains.materials.metrics.structural_validity import structural_validity  # noqa: E402
from fourfold.domains.materials.metrics.structure_fingerprint import structure_fingerprints  # noqa: E402
from fourfold.domains.materials.metrics.upstream_fingerprints import (  # noqa: E402
    UPSTREAM,
    upstream_compositions,
    upstream_fingerprints,
)
from scipy.spatial.distance import cdist  # noqa: E402

PIECE = 25
ARRAYS = ("frac", "numbers", "lengths", "angles", "offsets")
TRIED = 4
"""Generated crystals looked at for each test crystal not covered yet."""
FAR = 1e3
SCALE = 500
"""Crystals of mp_20 in whose units compositions are measured."""


def kept_fingerprints(crystals: Crystals, folder: Path) -> Fingerprints:
    """As `upstream_fingerprints`, a piece at a time, each kept under the crystals' own checksum."""
    parts = []
    for begin in range(0, len(crystals), PIECE):
        piece = crystals.take(np.arange(begin, min(begin + PIECE, len(crystals))))
        arrays = (piece.frac, piece.numbers, piece.lengths, piece.angles)
        name = hashlib.sha256(b"".join(np.ascontiguousarray(x).tobytes() for x in arrays)).hexdigest()[:20]
        path = folder / f"{name}.npy"
        if not path.exists():
            found = upstream_fingerprints(piece)
            np.save(path, np.concatenate([found.structure, found.composition], axis=1))
            print(f"{begin + len(piece):,} of {len(crystals):,}", flush=True)
        parts.append(np.load(path))
    whole = np.concatenate(parts)
    return Fingerprints(whole[:, :61], whole[:, 61:], UPSTREAM)


def first(fingerprints: Fingerprints, rows: int) -> Fingerprints:
    """Of the first rows."""
    return Fingerprints(
        fingerprints.structure[:rows], fingerprints.composition[:rows], fingerprints.definition
    )


def row(
    name: str, made: Fingerprints, test: Fingerprints, cutoffs: Any, scale: Fingerprints
) -> dict[str, Any]:
    """One line of the table."""
    found = coverage(made, test, cutoffs, scale=scale)
    print(f"{name:<42} COV-R {found.recall:.4f}  COV-P {found.precision:.4f}", flush=True)
    return {
        "COV-R": found.recall,
        "COV-P": found.precision,
        "AMSD-R": found.structure_recall,
        "AMSD-P": found.structure_precision,
        "AMCD-R": found.composition_recall,
        "AMCD-P": found.composition_precision,
        "crystals": len(made),
        "definition": found.definition,
        "cutoffs": tuple(cutoffs),
    }


def generated(model: str, n: int, folder: Path) -> Crystals:
    """n crystals of seed 1, kept in the folder."""
    path = folder / f"generated-1-{n}.npz"
    if not path.exists():
        made = CrystalGenerator.load(model).generate(n, seed=1).crystals
        np.savez(path, **{name: getattr(made, name) for name in ARRAYS})
    with np.load(path) as arrays:
        return Crystals(*(arrays[name] for name in ARRAYS), ids=tuple(f"more-{i}" for i in range(n)))


def compositions(crystals: Crystals) -> np.ndarray:
    """Magpie's features of each, each formula looked up once."""
    texts, first = np.array(formula_texts(crystals)), {}
    for i, text in enumerate(texts):
        first.setdefault(text, i)
    found = upstream_compositions(crystals.take(list(first.values()))).composition
    of = dict(zip(first, found, strict=True))
    return np.array([of[text] for text in texts])


def with_more(few: Fingerprints, more: Crystals, test: Crystals, aim: Fingerprints) -> Fingerprints:
    """The few with more beside them, whose structures are known only where they may cover another crystal.

    An unknown structure is put far away, so COV-R is too low rather than too high; COV-P means nothing here.
    """
    limit = UPSTREAM_CUTOFFS["perov_5"].structure
    missed = np.flatnonzero(cdist(few.structure[few.known], aim.structure).min(axis=0) > limit)
    fit = np.flatnonzero(structural_validity(more))
    apart = cdist(structure_fingerprints(test.take(missed)), structure_fingerprints(more.take(fit)))
    chosen = np.unique(fit[np.argsort(apart, axis=1)[:, :TRIED]])
    structure = np.full((len(more), few.structure.shape[1]), FAR)
    found = upstream_fingerprints(more.take(chosen)).structure
    structure[chosen] = np.where(np.isfinite(found), found, FAR)
    print(f"{len(missed)} test structures missed so far, {len(chosen)} candidates for them", flush=True)
    return Fingerprints(
        np.concatenate([few.structure, structure]),
        np.concatenate([few.composition, compositions(more)]),
        few.definition,
    )


def how_many_matter(model: str, n: int) -> None:
    """Coverage by the light fingerprints with more crystals on either side, printed."""
    test, train = (fingerprints(load_crystals("perov_5", part)) for part in ("test", "train"))
    made = fingerprints(CrystalGenerator.load(model).generate(n, seed=1).crystals)
    own = LIGHT_CUTOFFS["perov_5"]
    row(f"{len(train):,} training, against test", train, test, own, train)
    row(f"{n:,} generated, against test", made, test, own, train)
    row(f"{n:,} generated, against training", made, train, own, train)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--keep", type=Path, default=Path("runs/coverage"))
    parser.add_argument("-n", type=int, default=1_000, help="generated crystals")
    parser.add_argument("--training", type=int, default=1_000, help="real crystals to judge beside them")
    parser.add_argument("--more", type=int, help="generated crystals beside the n, for COV-R")
    parser.add_argument("--many", type=int, help="generated crystals, by the light fingerprints alone")
    arguments = parser.parse_args()
    if arguments.many:
        how_many_matter(arguments.model, arguments.many)
        return
    arguments.keep.mkdir(parents=True, exist_ok=True)
    test, train = load_crystals("perov_5", "test"), load_crystals("perov_5", "train")
    scale = upstream_compositions(load_crystals("mp_20", "train").take(np.arange(SCALE)))
    sets = {
        "test": test,
        "generated": CrystalGenerator.load(arguments.model).generate(arguments.n).crystals,
        "training": train.take(np.arange(arguments.training)),
    }
    found: dict[str, Any] = {"model": arguments.model, "test": len(test)}
    upstream = {name: kept_fingerprints(crystals, arguments.keep) for name, crystals in sets.items()}
    light, of_train = {name: fingerprints(x) for name, x in sets.items()}, fingerprints(train)
    for name in ("generated", "training"):
        found[name] = row(name, upstream[name], upstream["test"], UPSTREAM_CUTOFFS["perov_5"], scale)
        own = LIGHT_CUTOFFS["perov_5"]
        found[f"{name}, light"] = row(f"{name}, light", light[name], light["test"], own, of_train)
    fewer = first(upstream["generated"], arguments.training)
    label = f"first {arguments.training:,} generated"
    found[label] = row(label, fewer, upstream["test"], UPSTREAM_CUTOFFS["perov_5"], scale)
    if arguments.more:
        more = generated(arguments.model, arguments.more, arguments.keep)
        both = with_more(upstream["generated"], more, test, upstream["test"])
        label = f"{len(both):,} generated: COV-R at least"
        # Structures that were not looked at lie far away: of this row COV-R alone says something.
        whole = row(label, both, upstream["test"], UPSTREAM_CUTOFFS["perov_5"], scale)
        found[label] = {key: whole[key] for key in ("COV-R", "AMCD-R", "crystals", "definition", "cutoffs")}
    write_result("materials_coverage", found)


if __name__ == "__main__":
    main()
