"""SGP on a large generated network: 5,000 nodes and 400,000 edges on one thread, in less than 4 GB.

Run: python -m benchmarks.graph_large [--quick]. A fresh process generates `large_network`, fits
`GraphForecaster("sgp")` with sizes as its authors use on large graphs, and scores it on the last rows; the
system reports the peak memory of that process. Beside it: the last value, and the value a day before.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

from .measure import one_thread, write_result

LIMIT_GB = 4.0
STEPS, LOOKBACK, HORIZON, DAY = 1000, 24, 12, 24
SIZES = {
    "reservoir": 16,
    "reservoir_layers": 4,
    "radius": 0.99,
    "hops": 2,
    "group": 16,
    "hidden": 128,
    "dropout": 0.1,
    "embedding": {"size": 16},
    "pairs": 4096,
    "megabytes": 512,
    "lookback": LOOKBACK,
    "quantiles": (),
    "scaling": "node",
}


def use(nodes: int, edges: int, cutoffs: int, epochs: float) -> dict[str, Any]:
    """Generate, fit and score; seconds, rates, errors and peak memory of this process."""
    one_thread()
    import numpy as np
    import torch
    from fourfold import GraphForecaster
    from fourfold.domains.graphs.models.sgp import SGP
    from fourfold.domains.graphs.synthetic.large_network import large_network

    torch.set_num_threads(1)
    imported = peak_gb()
    data = large_network(nodes, edges, STEPS)
    signals, graph = data.signals("h", DAY), data.graph
    training = {"epochs": epochs, "learning_rate": 3e-3}
    settings = {**SIZES, "cutoffs": cutoffs, "training": training}
    forecaster = GraphForecaster("sgp", model_settings=settings, batch_size=4)
    train, held_out, test = slice(0, 800), slice(800, 900), slice(900, STEPS)
    wall, busy = time.perf_counter(), time.process_time()
    forecaster.fit(signals, graph, HORIZON, train=train, validation=held_out)
    fitted = {"fit_seconds": time.perf_counter() - wall, "fit_processor_seconds": time.process_time() - busy}
    scores = forecaster.evaluate(signals, test=test, step=HORIZON).overall()
    network = forecaster.model.network
    assert isinstance(network, SGP)
    values = data.values
    origins = np.arange(test.start - 1, test.stop - HORIZON)[::-HORIZON]
    ahead = origins[:, None] + np.arange(1, HORIZON + 1)
    naive = {
        "last_value_mae": float(np.abs(values[ahead] - values[origins][:, None]).mean()),
        "day_before_mae": float(np.abs(values[ahead] - values[ahead - DAY]).mean()),
    }
    return {
        "nodes": nodes,
        "edges": graph.n_edges,
        "steps": STEPS,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        **fitted,
        **decoder_rate(network),
        "test_mae": float(scores["mae"]),
        **naive,
        "noise_floor_mae_one_step": data.optimal_mae,
        "imports_gb": imported,
        "peak_gb": peak_gb(),
    }


def decoder_rate(network: Any) -> dict[str, float]:
    """Training steps a second on random pairs, and what that is in windows of the whole graph."""
    import torch
    from fourfold.domains.graphs.models.sgp import EncodedPairs

    settings, sizes = network.settings, network.dimensions
    groups, pairs = network.blocks * settings.reservoir_layers, settings.pairs
    draw = torch.Generator().manual_seed(0)
    encoded = EncodedPairs(
        torch.randn(pairs, groups, settings.reservoir, generator=draw),
        torch.randn(pairs, network.facts, generator=draw),
        torch.randn(pairs, sizes.channels, generator=draw),
    )
    node = torch.randint(sizes.nodes, (pairs,), generator=draw)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.0)
    network.train()
    times = []
    for _ in range(12):
        start = time.process_time()
        optimizer.zero_grad()
        network.decode(encoded, node).abs().mean().backward()
        optimizer.step()
        times.append(time.process_time() - start)
    seconds = sorted(times)[len(times) // 2]
    return {"steps_per_second": 1 / seconds, "windows_per_second": pairs / sizes.nodes / seconds}


def peak_gb() -> float:
    """Peak resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def main(arguments: list[str] | None = None) -> int:
    """Measure in a process of its own, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small network; nothing is written")
    parser.add_argument("--use", type=str, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.use is not None:
        print(json.dumps(use(**json.loads(chosen.use))))
        return 0
    sizes = {"nodes": 5_000, "edges": 400_000, "cutoffs": 100, "epochs": 4.0}
    if chosen.quick:
        sizes = {"nodes": 300, "edges": 6_000, "cutoffs": 50, "epochs": 2.0}
    command = [sys.executable, "-m", "benchmarks.graph_large", "--use", json.dumps(sizes)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    measured = json.loads(answer.stdout.splitlines()[-1])
    payload = {"threads": 1, "limit_gb": LIMIT_GB, "model": SIZES, **sizes, **measured}
    payload["peak_under_limit"] = measured["peak_gb"] < LIMIT_GB
    print(
        f"{measured['nodes']} nodes, {measured['edges']} edges; peak {measured['peak_gb']:.2f} GB"
        f" (imports alone {measured['imports_gb']:.2f}); fitted in {measured['fit_processor_seconds']:.0f} s"
        f" of processor time, {measured['windows_per_second']:.1f} windows/s; test MAE"
        f" {measured['test_mae']:.3f} (last value {measured['last_value_mae']:.3f},"
        f" day before {measured['day_before_mae']:.3f})"
    )
    if not chosen.quick:
        print(f"written: {write_result('graph_large', payload, ('torch-geometric',))}")
    return 0 if payload["peak_under_limit"] else 1


if __name__ == "__main__":
    sys.exit(main())
