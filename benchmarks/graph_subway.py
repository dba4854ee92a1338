"""Beijing subway, inflow of 276 stations every 15 minutes: four steps from four, one thread.

FOURFOLD_DATA=... python -m benchmarks.graph_subway

Fifteen days to learn from, five to choose by, five to test on. The anchor is the mean of each station at the
same time of day over the first twenty days; the model learns from the deviations from such a mean.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from benchmarks.measure import one_thread, write_result

one_thread()

import numpy as np  # noqa: E402
from fourfold.domains.graphs.datasets import load_network  # noqa: E402
from fourfold.domains.graphs.forecaster import GraphForecaster  # noqa: E402
from fourfold.domains.graphs.signals.signals import Signals  # noqa: E402
from fourfold.shared.errors import InputError  # noqa: E402

STEPS = 4
DAYS = (15, 5, 5)
MODEL = "tts-imp"
RECIPE: dict[str, Any] = {
    "lookback": STEPS,
    "quantiles": (),
    "profile": True,
    "hidden": 32,
    "decoder": 64,
    "embedding": {"size": 16},
}
TRAINING: dict[str, Any] = {
    "epochs": 30,
    "batch_size": 32,
    "learning_rate": 3e-3,
    "ema": 0.98,
    "device": "cpu",
}


def naive(signals: Signals, day: int, test: slice) -> dict[str, float]:
    """Mean absolute errors of the slot mean and of the last value over all leads of the test windows."""
    values = signals.panel.values.astype(np.float64)
    cutoffs = np.arange(test.start - 1, test.stop - STEPS)
    ahead = cutoffs[:, None] + np.arange(1, STEPS + 1)
    slots = values[: test.start].reshape(-1, day, values.shape[1]).mean(axis=0)
    found = {"slot mean": slots[ahead % day], "last value": values[cutoffs][:, None]}
    return {name: round(float(np.abs(values[ahead] - guess).mean()), 3) for name, guess in found.items()}


def main() -> None:
    """Measure, print and keep."""
    try:
        signals, graph = load_network("beijing-subway", ["in"])
    except InputError as error:
        sys.exit(str(error))
    day = signals.panel.n_steps // sum(DAYS)
    train, validation = slice(0, DAYS[0] * day), slice(DAYS[0] * day, sum(DAYS[:2]) * day)
    test = slice(validation.stop, sum(DAYS) * day)
    anchors = naive(signals, day, test)
    print(anchors, flush=True)
    forecaster = GraphForecaster(MODEL, model_settings={**RECIPE, "training": TRAINING})
    start = time.process_time()
    forecaster.fit(signals, graph, STEPS, train=train, validation=validation)
    seconds = time.process_time() - start
    found = {
        name: forecaster.evaluate(signals, test=rows, levels=()).by_lead()["mae"]
        for name, rows in (("validation", validation), ("test", test))
    }
    mae = float(found["test"].mean())
    payload = {
        "windows": "4 to 4 steps of 15 min, 15/5/5 days, inflow",
        "unit": "MAE in passengers",
        "model": MODEL,
        "recipe": {**RECIPE, "training": TRAINING},
        "naive": anchors,
        "by_lead": {name: [round(float(lead), 3) for lead in leads] for name, leads in found.items()},
        "test_mae": round(mae, 3),
        "percent_below_slot_mean": round(100 * (1 - mae / anchors["slot mean"]), 1),
        "fit_cpu_seconds": round(seconds, 1),
    }
    print(
        payload["by_lead"],
        payload["test_mae"],
        payload["percent_below_slot_mean"],
        payload["fit_cpu_seconds"],
    )
    print("wrote", write_result("graph_subway", payload))


if __name__ == "__main__":
    main()
