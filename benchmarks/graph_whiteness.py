"""The AZ-whiteness test on GPVAR: it accepts the best forecast's residuals and rejects a graph-free one's.

    python -m benchmarks.graph_whiteness [--quick]

The best forecast is the generator's own, whose residuals are its noise. The graph-free model is a linear one
of each node's last values, fitted by least squares on the first 80 % of the steps; both are tested on the
last 20 %. `benchmarks.graph_gpvar` tests trained networks. Target: p > 0.01 and p < 1e-6. Beside it: how
often white noise is rejected at levels of 5 % and 1 %, in repeated draws on the same graph.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from benchmarks.measure import one_thread, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold.domains.graphs.diagnosis.az_whiteness import az_whiteness_test  # noqa: E402
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph  # noqa: E402
from fourfold.domains.graphs.synthetic.generated_signals import GeneratedSignals  # noqa: E402
from fourfold.domains.graphs.synthetic.gpvar import gpvar, gpvar_az, gpvar_l  # noqa: E402

LAGS = 6
LEVELS = (0.05, 0.01)


def autoregressive_residuals(values: np.ndarray, first: int) -> np.ndarray:
    """Residuals [T - first, N] of a linear model of each node's last LAGS values, fitted before `first`."""
    steps, left = len(values), []
    for node in values.T.astype(np.float64):
        lagged = [node[LAGS - lag - 1 : steps - lag - 1] for lag in range(LAGS)]
        past = np.stack([*lagged, np.ones(steps - LAGS)], axis=1)
        weights = np.linalg.lstsq(past[: first - LAGS], node[LAGS:first], rcond=None)[0]
        left.append((node[LAGS:] - past @ weights)[first - LAGS :])
    return np.stack(left, axis=1)


def verdict(residuals: np.ndarray, graph: SensorGraph) -> dict[str, float]:
    """The test's figures, the residuals' MAE and the seconds it took."""
    start = time.perf_counter()
    found = az_whiteness_test(residuals, graph)
    return {
        "mae": round(float(np.abs(residuals).mean()), 4),
        "statistic": round(found.statistic, 3),
        "p_value": found.p_value,
        "spatial_p_value": found.spatial_p_value,
        "temporal_p_value": found.temporal_p_value,
        "seconds": round(time.perf_counter() - start, 4),
    }


def judged(made: GeneratedSignals) -> dict[str, Any]:
    """Both forecasts of one set."""
    first = int(0.8 * len(made.values))
    return {
        "optimal_mae": round(made.optimal_mae, 4),
        "best forecast": verdict((made.values - made.expected)[first:], made.graph),
        "no graph": verdict(autoregressive_residuals(made.values, first), made.graph),
    }


def rejections(graph: SensorGraph, draws: int) -> dict[str, float]:
    """Share of draws of white noise (200 steps) that the test rejects at each level."""
    rng = np.random.default_rng(0)
    p_values = [az_whiteness_test(rng.normal(size=(200, graph.n_nodes)), graph).p_value for _ in range(draws)]
    return {f"{level:g}": float(np.mean(np.array(p_values) < level)) for level in LEVELS}


def main(arguments: list[str] | None = None) -> None:
    """Test both forecasts on all sets, print and write the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="3,000 steps, few draws, nothing written")
    quick = parser.parse_args(arguments).quick
    steps = 3_000 if quick else 30_000
    az_whiteness_test(np.ones((2, 6)), gpvar(2, 1).graph)  # compiles
    sets = {"gpvar": gpvar(steps), "gpvar-l": gpvar_l(steps), "gpvar-az": gpvar_az(steps)}
    found = {name: judged(made) for name, made in sets.items()}
    for name, verdicts in found.items():
        for model in ("best forecast", "no graph"):
            print(f"{name}, {model}: {verdicts[model]}", flush=True)
    rejected = rejections(sets["gpvar"].graph, 100 if quick else 2_000)
    print(f"white noise rejected: {rejected}")
    if not quick:
        target = {"target": "best forecast p > 0.01, no graph p < 1e-6"}
        write_result("graph_whiteness", {**target, "sets": found, "white_noise_rejected": rejected})


if __name__ == "__main__":
    main()
