"""The closed-form linear anchor on ETTh1 and ETTh2: its errors, and its time against materialised windows.

FOURFOLD_DATA=... python -m benchmarks.ett_linear

The peer is the same least-squares problem as usually written: stack all windows, multiply, solve.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from fourfold.domains.timeseries.forecaster import Forecaster  # noqa: E402
from fourfold.domains.timeseries.models.linear import Linear  # noqa: E402
from fourfold.shared.forecasting.splits import ett_split  # noqa: E402
from fourfold.shared.panels.panel import Panel  # noqa: E402

SETS = {"ETTh1": 336, "ETTh2": 720}
HORIZONS = (96, 192, 336, 720)
RIDGE = 1e-6


def read_ett(folder: Path, name: str) -> Panel:
    frame = pd.read_csv(folder / "timeseries" / "ETT" / f"{name}.csv", parse_dates=["date"], index_col="date")
    values = np.ascontiguousarray(frame.to_numpy(np.float32))
    return Panel(values, np.ones(values.shape, bool), pd.DatetimeIndex(frame.index), tuple(frame), "h", 24)


def scores_of(panel: Panel, lookback: int, horizon: int) -> dict[str, float]:
    """Test errors of z-scored data, and coverage of the 80 % interval calibrated on the validation rows."""
    split = ett_split()
    forecaster = Forecaster("linear", model_settings={"lookback": lookback, "ridge": RIDGE})
    forecaster.fit(panel, horizon, train=split.train, validation=split.validation)
    found = forecaster.evaluate(panel, test=split.test, standardise=split.train).overall()
    return {name: round(found[name], 4) for name in ("mse", "mae", "crps", "coverage_80")}


def fit_ours(panel: Panel, lookback: int, horizon: int) -> np.ndarray:
    model = Linear(lookback=lookback, ridge=RIDGE)
    model.fit(panel, horizon=horizon, train=ett_split().train, validation=slice(0, 0))
    return model.weights


def fit_stacked(panel: Panel, lookback: int, horizon: int) -> np.ndarray:
    """Least squares over stacked windows, in float64."""
    train = panel.values[ett_split().train].astype(np.float64)
    scaled = (train - train.mean(axis=0)) / train.std(axis=0)
    size = lookback + horizon
    rows = np.concatenate([np.lib.stride_tricks.sliding_window_view(series, size) for series in scaled.T])
    rows = rows - rows[:, :lookback].mean(axis=1, keepdims=True)
    x, y = rows[:, :lookback], rows[:, lookback:]
    return np.linalg.solve(x.T @ x + RIDGE * len(x) * np.eye(lookback), x.T @ y)


def main() -> None:
    """Measure and write results/ett_linear.json."""
    if "FOURFOLD_DATA" not in os.environ:
        sys.exit("needs the benchmark sets: set FOURFOLD_DATA (see docs/data.md)")
    folder = Path(os.environ["FOURFOLD_DATA"])
    found: dict[str, dict[str, Any]] = {}
    for name, lookback in SETS.items():
        panel = read_ett(folder, name)
        for horizon in HORIZONS:
            found[f"{name} {horizon}"] = row = scores_of(panel, lookback, horizon)
            print(f"{name} L={lookback} H={horizon}:", ", ".join(f"{k} {v:.4f}" for k, v in row.items()))
    panel = read_ett(folder, "ETTh1")
    gap = float(np.abs(fit_ours(panel, 336, 96) - fit_stacked(panel, 336, 96)).max())
    times = interleave(
        {"ours": lambda: fit_ours(panel, 336, 96), "peer": lambda: fit_stacked(panel, 336, 96)}, repeats=5
    )
    speed = ratio_summary(times)
    print(report("fit of ETTh1, 336 to 96", speed), f"largest difference of weights {gap:.1e}")
    write_result("ett_linear", {"scores": found, "peer": "stacked windows", "weight_gap": gap, **speed})


if __name__ == "__main__":
    main()
