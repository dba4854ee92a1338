"""How many perovskites of a generator are distinct and new, by formula and by which element is where.

A reduced formula does not tell SrTiO3 from TiSrO3, two of the 18,928 combinations of two cations and seven
groups of anions that perov_5 is made from. So both are counted: reduced formulas, and formulas with sites,
the cation nearer to the anions being B. Beside the generator stand real test crystals and honest draws:
uniform ones from all combinations, which learnt nothing.

    FOURFOLD_DATA=... python -m benchmarks.materials_perov perov-flow
"""

from __future__ import annotations

from benchmarks.measure import one_thread, write_result

one_thread()

import argparse  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
from fourfold import CrystalGenerator  # noqa: E402
from fourfold.domains.materials.crystals.crystals import Crystals  # noqa: E402
from fourfold.domains.materials.crystals.structures import structures_of  # noqa: E402
from fourfold.domains.materials.datasets import load_crystals  # noqa: E402

ANIONS = (7, 8, 9, 16)
Sites = tuple[int, ...]
"""A, B, and the anions ascending; all five ascending and a 0 where it is no perovskite."""


def sites_of(crystals: Crystals) -> list[Sites]:
    """Which element is where."""
    found: list[Sites] = []
    for structure in structures_of(crystals):
        numbers = np.array(structure.atomic_numbers)
        anion = np.isin(numbers, ANIONS)
        if anion.sum() != 3 or len(numbers) != 5:
            found.append((*sorted(numbers.tolist()), 0))
            continue
        far = structure.distance_matrix[~anion][:, anion].mean(axis=1)
        cations = numbers[~anion][np.argsort(-far)]
        found.append((*cations.tolist(), *sorted(numbers[anion].tolist())))
    return found


def shares(drawn: list[Sites], trained: list[Sites]) -> dict[str, float]:
    """Distinct and new ones, as shares of what was drawn, with sites and without."""
    plain, known = [tuple(sorted(x)) for x in drawn], {tuple(sorted(x)) for x in trained}
    with_sites = set(trained)
    return {
        "distinct with sites": len(set(drawn)) / len(drawn),
        "new with sites": float(np.mean([x not in with_sites for x in drawn])),
        "distinct by formula": len(set(plain)) / len(plain),
        "new by formula": float(np.mean([x not in known for x in plain])),
        "of a known group of anions": float(
            np.mean([x[2:] in {y[2:] for y in with_sites} and 0 not in x for x in drawn])
        ),
    }


def honest(trained: list[Sites], n: int, seed: int = 0) -> list[Sites]:
    """Uniform draws of A, B and the group of anions, each among all that occur."""
    random = np.random.default_rng(seed)
    columns = [sorted({x[k] for x in trained}) for k in (0, 1)]
    groups = sorted({x[2:] for x in trained})
    print(f"{len(columns[0])} x {len(columns[1])} x {len(groups)} combinations", flush=True)
    rows = zip(*(random.integers(len(x), size=n) for x in (*columns, groups)), strict=True)
    return [(columns[0][a], columns[1][b], *groups[g]) for a, b, g in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("-n", type=int, default=1_000)
    arguments = parser.parse_args()
    trained = sites_of(load_crystals("perov_5", "train"))
    made = CrystalGenerator.load(arguments.model).generate(arguments.n).crystals
    found: dict[str, Any] = {"model": arguments.model, "n": arguments.n}
    for name, drawn in (
        ("generated", sites_of(made)),
        ("honest draw", honest(trained, arguments.n)),
        ("test crystals", sites_of(load_crystals("perov_5", "test"))),
    ):
        found[name] = shares(drawn, trained)
        print(f"{name:<14}", *(f"{key} {value:.3f} " for key, value in found[name].items()), flush=True)
    write_result("materials_perov", found)


if __name__ == "__main__":
    main()
