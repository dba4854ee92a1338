"""Ways to calibrate the linear model's 80 % interval on ETTh1 and ETTh2: coverage of each on the test rows.

FOURFOLD_DATA=... python -m benchmarks.linear_intervals

What `Forecaster` does is the first row; benchmarks/linear_intervals.md says why the others are not taken.
Every third window is used.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.ett_linear import RIDGE, SETS, read_ett
from benchmarks.measure import one_thread, write_result

one_thread()

import numpy as np  # noqa: E402
from fourfold.shared.forecasting.splits import ett_split  # noqa: E402

HORIZONS = (96, 336, 720)
STRIDE, FOLDS = 3, 5
TAILS = (0.1, 0.9)


@dataclass
class Rows:
    """Windows of z-scored series, less their context's mean."""

    context: np.ndarray
    target: np.ndarray
    scale: np.ndarray
    start: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, rows: slice, lookback: int, horizon: int) -> Rows:
        """Those whose targets lie inside `rows`."""
        size = lookback + horizon
        start = np.arange(max(rows.start - lookback, 0), rows.stop - size + 1, STRIDE)
        cut = np.concatenate([np.lib.stride_tricks.sliding_window_view(one, size)[start] for one in values.T])
        context = cut[:, :lookback]
        mean, scale = context.mean(axis=1, keepdims=True), context.std(axis=1)
        used = scale > 1e-9
        starts = np.tile(start, values.shape[1])
        cut = (cut - mean)[used]
        return cls(cut[:, :lookback], cut[:, lookback:], scale[used], starts[used])

    def where(self, chosen: np.ndarray) -> Rows:
        return Rows(self.context[chosen], self.target[chosen], self.scale[chosen], self.start[chosen])

    def weights(self) -> np.ndarray:
        size = self.context.shape[1]
        gram = self.context.T @ self.context + RIDGE * len(self.context) * np.eye(size)
        return np.linalg.solve(gram, self.context.T @ self.target)

    def errors(self, weights: np.ndarray, scaled: bool) -> np.ndarray:
        found = self.target - self.context @ weights
        return found / self.scale[:, None] if scaled else found


def cross_fitted(train: Rows, stop: int, span: int, scaled: bool) -> np.ndarray:
    """Errors on each fifth of the training rows of a model that saw no step of it."""
    edges = np.linspace(0, stop, FOLDS + 1)
    found = []
    for low, high in pairwise(edges):
        ends = train.start + span
        apart = (ends <= low) | (train.start >= high)
        inside = (ends > low) & (ends <= high)
        if apart.sum() > 500 and inside.any():
            found.append(train.where(inside).errors(train.where(apart).weights(), scaled))
    return np.concatenate(found)


def coverages(values: np.ndarray, lookback: int, horizon: int) -> dict[str, float]:
    """Share of test targets inside the interval, by way of calibration."""
    split = ett_split()
    known = values[split.train]
    values = (values - known.mean(axis=0)) / known.std(axis=0)
    train, validation, test = (
        Rows.of(values, rows, lookback, horizon)
        for rows in (slice(0, split.train.stop), split.validation, split.test)
    )
    weights = train.weights()
    found = {}
    for scaled in (True, False):
        crossed = cross_fitted(train, split.train.stop, lookback + horizon, scaled)
        recent = validation.errors(weights, scaled)
        judged = test.errors(weights, scaled)
        ways = {
            "validation": recent,
            "cross-fitted training and validation": np.concatenate([crossed, recent]),
            "training in sample": train.errors(weights, scaled),
        }
        for name, errors in ways.items():
            low, high = np.quantile(errors, TAILS, axis=0)
            inside = float(((judged >= low) & (judged <= high)).mean())
            found[f"{name}, {'scaled' if scaled else 'plain'}"] = round(inside, 4)
        spread = [float(np.median(np.abs(errors))) for errors in (recent, judged)]
        found[f"median error of test over validation, {'scaled' if scaled else 'plain'}"] = round(
            spread[1] / spread[0], 4
        )
    return found


def main() -> None:
    """Measure and write results/linear_intervals.json."""
    if "FOURFOLD_DATA" not in os.environ:
        sys.exit("needs the benchmark sets: set FOURFOLD_DATA (see docs/data.md)")
    folder = Path(os.environ["FOURFOLD_DATA"])
    found = {}
    for name, lookback in SETS.items():
        values = read_ett(folder, name).values.astype(np.float64)
        for horizon in HORIZONS:
            found[f"{name} {horizon}"] = rows = coverages(values, lookback, horizon)
            print(f"{name} {horizon}:", ", ".join(f"{way} {share:.3f}" for way, share in rows.items()))
    write_result("linear_intervals", {"coverage_80": found})


if __name__ == "__main__":
    main()
