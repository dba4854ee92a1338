"""Beijing subway, inflow of 276 stations every 15 minutes: four steps from four, one thread.

FOURFOLD_DATA=... python -m benchmarks.graph_subway

Fifteen days to learn from, five to choose by, five to test on. The anchor is the mean of each station at the
same time of day over the first twenty days. The model learns deviations from such a mean, and reads those of
the day and the week before, and which of the five weekdays it is; its recipe was settled on the validation
days. It is scored as chosen there, and again after learning from all twenty days for as long. `roughness` is
what second differences within a day leave of the deviations from the mean: about the error of a forecast that
knows every smooth course beforehand.
"""

from __future__ import annotations

import sys
import time
import warnings
from typing import Any

from benchmarks.measure import one_thread, write_result

one_thread()

import numpy as np  # noqa: E402
from fourfold.domains.graphs.datasets import load_network  # noqa: E402
from fourfold.domains.graphs.forecaster import GraphForecaster  # noqa: E402
from fourfold.domains.graphs.signals.reading import read_signals  # noqa: E402
from fourfold.domains.graphs.signals.signals import Signals  # noqa: E402
from fourfold.shared.errors import InputError  # noqa: E402

STEPS = 4
DAYS = (15, 5, 5)
WEEK = 5
MODEL = "stid"
RECIPE: dict[str, Any] = {
    "lookback": STEPS,
    "quantiles": (),
    "scaling": "node",
    "profile": True,
    "lags": (72, 360),
}
TRAINING: dict[str, Any] = {
    "epochs": 12,
    "batch_size": 8,
    "learning_rate": 3e-3,
    "ema": 0.99,
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


def roughness(signals: Signals, day: int) -> float:
    """Mean absolute second difference, within days, of deviations from the slot mean, over sqrt(6)."""
    values = signals.panel.values.astype(np.float64).reshape(-1, day, signals.n_nodes)
    second = np.diff(values - values.mean(axis=0), 2, axis=1)
    return round(float(np.abs(second).mean() / np.sqrt(6)), 3)


def with_weekdays(signals: Signals, day: int) -> Signals:
    """The signals with the weekday as covariates known ahead: the days are Mondays to Fridays."""
    weekday = np.arange(signals.n_steps + STEPS) // day % WEEK
    return read_signals(signals, future={f"weekday {k}": (weekday == k).astype(float) for k in range(WEEK)})


def fitted(signals: Signals, train: slice, validation: slice) -> tuple[GraphForecaster, float]:
    """A forecaster, and the processor seconds it took."""
    forecaster = GraphForecaster(MODEL, model_settings={**RECIPE, "training": TRAINING})
    start = time.process_time()
    forecaster.fit(signals, horizon=STEPS, train=train, validation=validation)
    return forecaster, time.process_time() - start


def scored(forecaster: GraphForecaster, signals: Signals, rows: slice) -> list[float]:
    """Mean absolute error of each lead."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "rows up to")  # validation rows chose the weights
        found = forecaster.evaluate(signals, test=rows, levels=()).by_lead()["mae"]
    return [round(float(lead), 3) for lead in found]


def main() -> None:
    """Measure, print and keep."""
    try:
        signals, _ = load_network("beijing-subway", ["in"])
    except InputError as error:
        sys.exit(str(error))
    day = signals.n_steps // sum(DAYS)
    train, validation = slice(0, DAYS[0] * day), slice(DAYS[0] * day, sum(DAYS[:2]) * day)
    test = slice(validation.stop, sum(DAYS) * day)
    anchors = naive(signals, day, test)
    payload: dict[str, Any] = {
        "windows": "4 to 4 steps of 15 min, 15/5/5 days, inflow",
        "unit": "MAE in passengers",
        "model": MODEL,
        "recipe": {**RECIPE, "training": TRAINING},
        "naive": anchors,
        "roughness": roughness(signals, day),
    }
    print(anchors, "roughness", payload["roughness"], flush=True)
    known = with_weekdays(signals, day)
    chosen, seconds = fitted(known, train, validation)
    payload["validation by lead"] = scored(chosen, known, validation)
    again, _ = fitted(known, slice(0, validation.stop), slice(validation.stop, validation.stop))
    for name, forecaster in (("learnt from 15 days", chosen), ("learnt from 20 days", again)):
        leads = scored(forecaster, known, test)
        mae = float(np.mean(leads))
        below = round(100 * (1 - mae / anchors["slot mean"]), 1)
        payload[name] = {
            "test by lead": leads,
            "test_mae": round(mae, 3),
            "percent_below_slot_mean": below,
        }
        print(name, payload[name], flush=True)
    payload["fit_cpu_seconds"] = round(seconds, 1)
    print("wrote", write_result("graph_subway", payload))


if __name__ == "__main__":
    main()
