"""Graph kernels against torch-geometric, and how little local ones look at.

Run: python -m benchmarks.graph_kernels [--quick]. On Cora where $FOURFOLD_DATA has it, else on a generated
graph of its size (2,708 nodes). Targets: personalised PageRank at least 30x `get_ppr`, random-walk positions
at least 20x `AddRandomWalkPE`, flow diffusion at a cost that does not grow with the graph. Processor time,
one thread; compilation is reported apart, by a process of its own with an empty cache.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from typing import Any

from benchmarks.measure import interleave, one_thread, ratio_summary, report, spread, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold.domains.graphs.classification.planetoid import read_cora  # noqa: E402
from fourfold.domains.graphs.kernels.compressed_rows import compress_rows  # noqa: E402
from fourfold.domains.graphs.kernels.flow_diffusion import flow_diffusion  # noqa: E402
from fourfold.domains.graphs.kernels.laplacian_positions import laplacian_positions  # noqa: E402
from fourfold.domains.graphs.kernels.neighbour_sampler import NeighbourSampler  # noqa: E402
from fourfold.domains.graphs.kernels.personalised_pagerank import personalised_pagerank  # noqa: E402
from fourfold.domains.graphs.kernels.random_walk_positions import random_walk_positions  # noqa: E402
from fourfold.domains.graphs.kernels.sweep_cut import sweep_cut  # noqa: E402
from fourfold.shared.errors import InputError  # noqa: E402
from scipy import sparse  # noqa: E402

NODES, PAIRS, STEPS = 2708, 5278, 20
ALPHA, EPS = 0.2, 1e-4


def random_pairs(rng: np.random.Generator, nodes: int, pairs: int) -> sparse.csr_array:
    """An undirected graph without weights or loops, of about `pairs` pairs."""
    ends = rng.integers(nodes, size=(2, pairs))
    ends = ends[:, ends[0] != ends[1]]
    one = sparse.csr_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(nodes, nodes))
    both = sparse.csr_array(one + one.T)
    both.data[:] = 1
    return both


def cora() -> tuple[sparse.csr_array, str]:
    """Cora's citations, both ways, or a generated graph of its size."""
    try:
        graph = read_cora()[0].graph
    except InputError:
        return random_pairs(np.random.default_rng(0), NODES, PAIRS), "generated: random pairs"
    return sparse.csr_array(graph.adjacency(), dtype=np.float64), "Cora"


def peers() -> tuple[Any, Any, Any]:
    """torch-geometric's `get_ppr`, `AddRandomWalkPE` and `Data`, imported in silence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from torch_geometric.data import Data
        from torch_geometric.transforms import AddRandomWalkPE
        from torch_geometric.utils import get_ppr

        torch.set_num_threads(1)
    warnings.filterwarnings(
        "ignore", message="Sparse"
    )  # torch on its own sparse tensors, in the peer's calls
    return get_ppr, AddRandomWalkPE, Data


def pagerank(graph: sparse.csr_array, alpha: float, eps: float, repeats: int) -> dict[str, Any]:
    """All nodes' PageRank: ratio, and both errors against the dense inverse in units of eps * degree."""
    import torch

    get_ppr = peers()[0]
    index = torch.from_numpy(np.stack(graph.nonzero()).astype(np.int64))
    get_ppr(index[:, :9], alpha=alpha, eps=eps, num_nodes=9)  # compile

    def peer() -> Any:
        return get_ppr(index, alpha=alpha, eps=eps, num_nodes=graph.shape[0])

    def ours() -> sparse.csr_array:
        return personalised_pagerank(graph, alpha=alpha, eps=eps)

    ours()
    ends, weight = peer()
    theirs = np.zeros(graph.shape)
    np.add.at(theirs, tuple(ends.numpy()), weight.numpy())
    degree = graph.sum(axis=1)
    exact = alpha * np.linalg.inv(np.eye(len(degree)) - (1 - alpha) * graph.toarray() / degree[:, None])
    limit = eps * degree
    errors = {
        "ours_error_per_limit": float((np.abs(ours().toarray() - exact) / limit).max()),
        "peer_error_per_limit": float((np.abs(theirs - exact) / limit).max()),
    }
    assert errors["ours_error_per_limit"] <= 1
    times = interleave({"ours": ours, "peer": peer}, repeats, warm_up=0, clock=time.process_time)
    summary = ratio_summary(times)
    print(report(f"PageRank alpha {alpha}, eps {eps:g}", summary), flush=True)
    return {**summary, **errors}


def walks(graph: sparse.csr_array, repeats: int) -> dict[str, Any]:
    """Random-walk positions: ratio, and the largest difference from the dense powers."""
    import torch

    _, transform, data = peers()
    index = torch.from_numpy(np.stack(graph.nonzero()).astype(np.int64))

    def peer() -> Any:
        return transform(STEPS)(data(edge_index=index, num_nodes=graph.shape[0]))

    def ours() -> np.ndarray:
        return random_walk_positions(graph, STEPS)

    shares = sparse.csr_array(graph / graph.sum(axis=1)[:, None])
    power, worst, found = np.eye(graph.shape[0]), 0.0, ours()
    for step in range(STEPS):
        power = shares @ power
        worst = max(worst, float(np.abs(np.diag(power) - found[:, step]).max()))
    assert worst < 1e-6
    summary = ratio_summary(interleave({"ours": ours, "peer": peer}, repeats, 0, time.process_time))
    print(report("random-walk positions", summary), f"; largest error {worst:.1e}", sep="", flush=True)
    return {**summary, "largest_error": worst}


def sampling(nodes: int, pairs: int, batches: int) -> dict[str, Any]:
    """Edges per second of batches of 1,024 seeds with fan-outs 15, 10, 5."""
    graph = compress_rows(random_pairs(np.random.default_rng(1), nodes, pairs))
    sampler = NeighbourSampler(graph, (15, 10, 5))
    rng = np.random.default_rng(2)
    sampler.sample(rng.choice(nodes, 1024, replace=False))
    rates = []
    for _ in range(batches):
        seeds = rng.choice(nodes, 1024, replace=False)
        start = time.process_time()
        found = sampler.sample(seeds)
        rates.append(found.edge_index.shape[1] / (time.process_time() - start))
    print(f"sampler: {spread(rates)['median'] / 1e6:.1f} million edges/s", flush=True)
    return {
        "nodes": nodes,
        "edges": graph.n_edges,
        "fan_outs": [15, 10, 5],
        "edges_per_second": spread(rates),
    }


def diffusion(sizes: tuple[int, ...], repeats: int) -> list[dict[str, Any]]:
    """Time and touched nodes of a diffusion of mass 3,000 on graphs of growing size, degree about 10."""
    rows = []
    for nodes in sizes:
        graph = compress_rows(random_pairs(np.random.default_rng(3), nodes, 5 * nodes))
        seeds = np.random.default_rng(4).choice(nodes, repeats, replace=False)
        times, touched, pushes = [], [], []
        for seed in seeds:
            start = time.process_time()
            found = flow_diffusion(graph, seed, 3000.0)
            times.append(time.process_time() - start)
            touched.append(float(len(found.nodes)))
            pushes.append(float(found.pushes))
            assert graph.degrees[found.nodes[found.potential > 0]].sum() <= 3000
        rows.append(
            {"nodes": nodes, "seconds": spread(times), "touched": spread(touched), "pushes": spread(pushes)}
        )
        print(
            f"flow diffusion, {nodes} nodes: {spread(times)['median'] * 1e3:.2f} ms, "
            f"{spread(touched)['median']:.0f} nodes touched",
            flush=True,
        )
    return rows


def compile_all() -> dict[str, float]:
    """Processor seconds of each kernel's first call on a tiny graph."""
    graph = compress_rows(random_pairs(np.random.default_rng(0), 30, 60))
    calls = {
        "personalised_pagerank": lambda: personalised_pagerank(graph),
        "random_walk_positions": lambda: random_walk_positions(graph),
        "neighbour_sampler": lambda: NeighbourSampler(graph, (2,)).sample([0]),
        "flow_diffusion": lambda: flow_diffusion(graph, int(graph.degrees.argmax()), 20.0),
        "sweep_cut": lambda: sweep_cut(graph, np.arange(5)),
    }
    seconds = {}
    for name, call in calls.items():
        start = time.process_time()
        call()
        seconds[name] = time.process_time() - start
    return seconds


def compile_seconds() -> dict[str, float]:
    """`compile_all` in a process of its own that finds no compiled code."""
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.graph_kernels", "--compile"],
            env={**os.environ, "NUMBA_CACHE_DIR": empty},
            check=True,
            capture_output=True,
            text=True,
        )
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: list[str] | None = None) -> None:
    """Measure all, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small graphs, two rounds; nothing is written")
    parser.add_argument("--compile", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.compile:
        print(json.dumps(compile_all()))
        return
    quick = chosen.quick
    graph, source = cora()
    repeats = 1 if quick else 3
    results: dict[str, Any] = {
        "threads": 1,
        "clock": "processor time",
        "graph": {"source": source, "nodes": graph.shape[0], "edges": graph.nnz},
        "pagerank": {"alpha": ALPHA, "eps": EPS, **pagerank(graph, ALPHA, EPS, repeats)},
    }
    results["random_walk_positions"] = walks(graph, repeats)
    start = time.process_time()
    laplacian_positions(graph, 8, per_component=True)
    results["laplacian_positions_8_seconds"] = time.process_time() - start
    results["neighbour_sampler"] = sampling(*((10_000, 100_000, 3) if quick else (200_000, 4_000_000, 30)))
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000, 1_000_000)
    results["flow_diffusion"] = diffusion(sizes, 5 if quick else 50)
    if not quick:
        results["compile_seconds"] = compile_seconds()
        print(f"written: {write_result('graph_kernels', results, ('torch-geometric',))}")


if __name__ == "__main__":
    main()
