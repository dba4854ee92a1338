"""Crystal graphs: the nearest 20 within 7 angstrom against CrystalNN, which CDVAE's authors used.

Run: python -m benchmarks.materials_crystal_graph [--quick]. CrystalNN (Voronoi weights, their settings)
takes about a tenth of a second a crystal, so it gets a few crystals while ours gets a batch of 300, as each
is used; times are per crystal, and ours on the same few alone is told as well. Target: at least 500x. The two
are not the same graph: CrystalNN guesses bonds, ours holds every neighbour up to the limit. How many of
CrystalNN's bonds ours contains is told too. Processor time, one thread.
"""

from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

from fourfold.domains.materials.crystals.crystals import Crystals  # noqa: E402
from fourfold.domains.materials.crystals.structures import structures_of  # noqa: E402
from fourfold.domains.materials.neighbors.neighbor_list import NeighborList, neighbor_list  # noqa: E402
from fourfold.domains.materials.neighbors.triplets import triplets  # noqa: E402

from benchmarks.materials_neighbors import CRYSTALS, perovskites  # noqa: E402 - after one_thread

CUTOFF, NEAREST, SAMPLE = 7.0, 20, 8


def crystal_nn_graphs(structures: list[Any]) -> list[Any]:
    """Bonded graphs by CrystalNN with the settings of CDVAE's preprocessing."""
    from pymatgen.analysis.graphs import StructureGraph
    from pymatgen.analysis.local_env import CrystalNN

    strategy = CrystalNN(distance_cutoffs=None, x_diff_weight=-1, porous_adjustment=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of every crystal without oxidation states
        return [StructureGraph.from_local_env_strategy(structure, strategy) for structure in structures]


def bonds_contained(ours: NeighborList, graphs: list[Any]) -> tuple[int, int]:
    """Bonds of the sampled graphs, and how many of them are edges of ours in either direction."""
    total = inside = 0
    for m, graph in enumerate(graphs):
        rows = slice(*ours.edge_offsets[m : m + 2])
        first = ours.offsets[m]
        edges = {
            (int(i - first), int(j - first), *image)
            for i, j, image in zip(
                ours.receiver[rows], ours.sender[rows], ours.image[rows].tolist(), strict=True
            )
        }
        for i, j, data in graph.graph.edges(data=True):
            image = tuple(int(n) for n in data["to_jimage"])
            total += 1
            inside += (i, j, *image) in edges or (j, i, *(-n for n in image)) in edges
    return total, inside


def measure(crystals: Crystals, sample: int, repeats: int) -> dict[str, Any]:
    """Per-crystal seconds of ours in a batch, ours on the sample alone, ours with triplets, and CrystalNN."""
    few = crystals.take(range(sample))
    structures = structures_of(few)
    total, inside = bonds_contained(
        neighbor_list(few, CUTOFF, max_neighbors=NEAREST), crystal_nn_graphs(structures)
    )
    calls = {
        "ours": lambda: neighbor_list(crystals, CUTOFF, max_neighbors=NEAREST),
        "ours, the sample alone": lambda: neighbor_list(few, CUTOFF, max_neighbors=NEAREST),
        "ours, with triplets": lambda: triplets(neighbor_list(crystals, CUTOFF, max_neighbors=NEAREST)),
        "peer": lambda: crystal_nn_graphs(structures),
    }
    sizes = {"ours": len(crystals), "ours, with triplets": len(crystals)}
    times = {
        name: [seconds / sizes.get(name, sample) for seconds in values]
        for name, values in interleave(calls, repeats, clock=time.process_time).items()
    }
    results: dict[str, Any] = {}
    for name in calls:
        if name != "peer":
            results[name] = ratio_summary(times, ours=name)
            print(report(f"{name}, per crystal, against CrystalNN", results[name]), flush=True)
    print(f"{inside} of CrystalNN's {total} bonds are edges of ours")
    return {**results, "bonds": total, "bonds_contained": inside}


def main() -> None:
    """Print and store the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer crystals and rounds, nothing stored")
    quick = parser.parse_args().quick
    crystals, source = perovskites(CRYSTALS)
    results = measure(crystals, 3 if quick else SAMPLE, 3 if quick else 7)
    if not quick:
        payload = {"crystals": source, "batch": len(crystals), "sample": SAMPLE, "clock": "processor time"}
        payload |= {"cutoff": CUTOFF, "nearest": NEAREST, **results}
        print(write_result("materials_crystal_graph", payload, ("pymatgen-core",)))


if __name__ == "__main__":
    main()
