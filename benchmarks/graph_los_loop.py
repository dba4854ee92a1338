"""METR-LA's first week: twelve steps of five minutes from twelve, one recipe, three seeds, one thread.

FOURFOLD_DATA=... python -m benchmarks.graph_los_loop

Rows 70/10/20 %; the recipe was settled on the validation rows. Test windows lie in the test rows with their
contexts; errors are mean absolute ones over all 207 nodes, in mph.
"""

from __future__ import annotations

import sys
import time
import warnings
from typing import Any

from benchmarks.measure import one_thread, spread, write_result

one_thread()

import numpy as np  # noqa: E402
from fourfold.domains.graphs.datasets import Network, load_network  # noqa: E402
from fourfold.domains.graphs.forecaster import GraphForecaster  # noqa: E402
from fourfold.shared.errors import InputError  # noqa: E402
from fourfold.shared.forecasting.splits import fraction_split  # noqa: E402

STEPS = 12
SEEDS = (0, 1, 2)
BAR = 3.85
MODEL = "tts-imp"
RECIPE: dict[str, Any] = {
    "quantiles": (),
    "hidden": 32,
    "embedding": {"size": 16},
    "decoder": 64,
    "residual": True,
    "bidirectional": True,
    "dropout": 0.1,
}
TRAINING: dict[str, Any] = {"epochs": 16, "batch_size": 8, "learning_rate": 3e-3, "ema": 0.99}


def leads(error: np.ndarray) -> dict[str, float]:
    """Errors by lead [12] as the field reports them."""
    named = {"15 min": error[2], "30 min": error[5], "60 min": error[11], "average": error.mean()}
    return {name: round(float(value), 4) for name, value in named.items()}


def naive(network: Network, train: slice, test: slice) -> dict[str, dict[str, float]]:
    """Last value, and mean of the time of day over the training rows, on the test windows."""
    values = network.signals.panel.values.astype(np.float64)
    cutoffs = np.arange(test.start + STEPS - 1, test.stop - STEPS)
    ahead = cutoffs[:, None] + np.arange(1, STEPS + 1)
    day = network.signals.panel.period
    rows = np.arange(train.start, train.stop)
    slots = np.stack([values[rows[rows % day == slot]].mean(axis=0) for slot in range(day)])
    found = {"last value": values[cutoffs][:, None], "mean of the time of day": slots[ahead % day]}
    return {name: leads(np.abs(values[ahead] - guess).mean(axis=(0, 2))) for name, guess in found.items()}


def measure(network: Network, seed: int) -> dict[str, Any]:
    """Fit one seed and score it."""
    split = fraction_split(network.signals.panel.n_steps)
    settings = {**RECIPE, "training": {**TRAINING, "seed": seed, "device": "cpu"}}
    forecaster = GraphForecaster(MODEL, model_settings=settings)
    cpu, wall = time.process_time(), time.perf_counter()
    forecaster.fit(*network, STEPS, train=split.train, validation=split.validation)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    scores = {}
    for name, rows in (("validation", split.validation), ("test", split.test)):
        part = slice(rows.start + STEPS, rows.stop)  # contexts in these rows, too
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "rows up to")  # validation rows chose the weights
            scores[name] = leads(forecaster.evaluate(network.signals, test=part, levels=()).by_lead()["mae"])
    return {**scores, "fit_cpu_seconds": round(cpu, 1), "fit_wall_seconds": round(wall, 1)}


def main() -> None:
    """Measure, print and keep."""
    try:
        network = load_network("los-loop")
    except InputError as error:
        sys.exit(str(error))
    split = fraction_split(network.signals.panel.n_steps)
    payload: dict[str, Any] = {
        "windows": "12 to 12 steps of 5 min, rows 70/10/20 %",
        "unit": "MAE in mph",
        "bar": BAR,
        "model": MODEL,
        "recipe": {**RECIPE, "training": TRAINING},
        "naive": naive(network, split.train, split.test),
        "seeds": {},
    }
    for name, row in payload["naive"].items():
        print(name, row, flush=True)
    for seed in SEEDS:
        payload["seeds"][seed] = measure(network, seed)
        print(MODEL, "seed", seed, payload["seeds"][seed], flush=True)
    payload["test average"] = spread([row["test"]["average"] for row in payload["seeds"].values()])
    print("wrote", write_result("graph_los_loop", payload), payload["test average"])


if __name__ == "__main__":
    main()
