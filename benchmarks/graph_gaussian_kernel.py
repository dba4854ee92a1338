"""The Gaussian kernel of a list of road distances: straight from the list against an N x N matrix.

python -m benchmarks.graph_gaussian_kernel [--nodes 4000] [--links 40]

Peak memory is counted by tracemalloc over one call each (NumPy reports its buffers to it; numba does not, so
what its kernel returns, 12 bytes a distance at most, is added to ours). Times are processor time, in turns,
and the graphs are compared. The peer is the usual recipe in NumPy: a matrix of
infinities, the distances put into it, exp(-(d / sigma)^2), small weights set to 0, what is left as edges.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import numpy as np  # noqa: E402
from fourfold.domains.graphs.sensor_graph import DistanceGraph, SensorGraph, from_distances  # noqa: E402


def make_distances(nodes: int, links: int) -> DistanceGraph:
    """Distances to random others, as road networks list them: each pair once, and zeros of each to itself."""
    generator = np.random.default_rng(0)
    keys = np.unique(generator.integers(0, nodes * nodes, nodes * links))
    index = np.stack(np.divmod(keys, nodes))
    far = generator.gamma(2.0, 2000.0, keys.size)
    far[index[0] == index[1]] = 0
    return DistanceGraph(index, far, nodes)


def square_matrix(distances: DistanceGraph) -> SensorGraph:
    """The same graph by way of an N x N matrix, as the field's scripts make it."""
    nodes: Any = distances.nodes
    matrix = np.full((nodes, nodes), np.inf, np.float32)
    matrix[distances.edge_index[0], distances.edge_index[1]] = distances.distance
    sigma = matrix[~np.isinf(matrix)].std()
    weight = np.exp(-np.square(matrix / sigma))
    weight[weight < 0.1] = 0
    np.fill_diagonal(weight, 0)
    rows, columns = np.nonzero(weight)
    return SensorGraph(tuple(map(str, range(nodes))), np.stack([rows, columns]), weight[rows, columns])


def peak_megabytes(call: Callable[[], Any]) -> float:
    """Peak of what one call allocates."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def main(arguments: list[str] | None = None) -> None:
    """Measure and write results/graph_gaussian_kernel.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=4000)
    parser.add_argument("--links", type=int, default=40)
    chosen = parser.parse_args(arguments)
    distances = make_distances(chosen.nodes, chosen.links)
    start = time.perf_counter()
    ours = from_distances(distances)
    first_call = time.perf_counter() - start
    difference = abs(ours.adjacency() - square_matrix(distances).adjacency()).max()
    numba_arrays = 12 * distances.distance.size / 1e6
    memory = {
        "ours_megabytes": peak_megabytes(lambda: from_distances(distances)) + numba_arrays,
        "peer_megabytes": peak_megabytes(lambda: square_matrix(distances)),
    }
    calls = {"ours": lambda: from_distances(distances), "peer": lambda: square_matrix(distances)}
    speed = ratio_summary(interleave(calls, repeats=7, clock=time.process_time))
    print(f"{chosen.nodes:,} nodes, {distances.distance.size:,} distances, {ours.n_edges:,} edges")
    print(f"largest difference of a weight {difference:.1e}; first call with compilation {first_call:.2f} s")
    print(f"peak memory: ours {memory['ours_megabytes']:.1f} MB, N x N {memory['peer_megabytes']:.1f} MB")
    print(report("Gaussian kernel", speed))
    sizes = {"nodes": chosen.nodes, "distances": int(distances.distance.size), "edges": ours.n_edges}
    checks = {"largest_difference": float(difference), "first_call_seconds": first_call}
    write_result(
        "graph_gaussian_kernel", {**sizes, **checks, **memory, "peer": "N x N matrix in numpy", **speed}
    )


if __name__ == "__main__":
    main()
