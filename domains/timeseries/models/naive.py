"""Forecasts that need no fitting: repeat the last value, the last season, or the mean season."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ....shared.forecasting.prediction import Prediction
from ....shared.forecasting.windows import Windows
from ....shared.panels.panel import Panel
from .protocol import ForecastModel


class _Stateless(ForecastModel):
    """Nothing to learn, nothing to keep."""

    needs_fit = False

    def fit(self, panel: Panel, *, horizon: int, train: slice, validation: slice, run: Path | None) -> None:
        """Nothing to learn."""

    def config(self) -> dict[str, Any]:
        return {}

    def state(self) -> dict[str, np.ndarray]:
        return {}

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Nothing to restore."""


class LastValue(_Stateless):
    """The last observed value, carried forward; with `drift`, along the line from the first to the last."""

    def __init__(self, drift: bool = False) -> None:
        self.drift = drift
        self.name = "drift" if drift else "last-value"

    def lookback(self, period: int, horizon: int) -> int:
        # a single value would show no spread, by which intervals are scaled
        return period if period > 1 and not self.drift else 10 * max(period, 1)

    def minimum(self, period: int, horizon: int) -> int:
        return 2 if self.drift else 1

    def predict(self, windows: Windows) -> Prediction:
        length = windows.context.shape[1]
        index = np.arange(length)
        last = np.where(windows.observed, index, 0).max(axis=1)
        values = np.take_along_axis(windows.context, last[:, None], axis=1).astype(np.float64)
        steps = np.arange(1, windows.horizon + 1) + (length - 1 - last)[:, None]
        if not self.drift:
            return Prediction(np.broadcast_to(values, steps.shape).astype(np.float32))
        first = np.where(windows.observed, index, length - 1).min(axis=1)
        start = np.take_along_axis(windows.context, first[:, None], axis=1).astype(np.float64)
        slope = (values - start) / np.maximum(last - first, 1)[:, None]
        return Prediction((values + slope * steps).astype(np.float32))


class SeasonalNaive(_Stateless):
    """The last observed value of the same season slot."""

    name = "seasonal-naive"
    seasons = 4
    """Where the last season has a gap, up to this many seasons are looked through."""

    def lookback(self, period: int, horizon: int) -> int:
        return self.seasons * period

    def minimum(self, period: int, horizon: int) -> int:
        return period

    def predict(self, windows: Windows) -> Prediction:
        values, observed = _by_slot(windows)
        newest = values.shape[1] - 1 - observed[:, ::-1].argmax(axis=1)  # a slot never observed: filled value
        slots = np.take_along_axis(values, newest[:, None], axis=1)[:, 0]
        return Prediction(_repeat(slots, windows.horizon))


class SlotMean(_Stateless):
    """The mean of the same season slot over the last seasons (time of day for hourly data)."""

    name = "slot-mean"

    def __init__(self, seasons: int = 10) -> None:
        self.seasons = seasons

    def lookback(self, period: int, horizon: int) -> int:
        return self.seasons * period

    def minimum(self, period: int, horizon: int) -> int:
        return period

    def predict(self, windows: Windows) -> Prediction:
        values, observed = _by_slot(windows)
        count = observed.sum(axis=1)
        sums = np.where(observed, values, 0).sum(axis=1, dtype=np.float64)
        slots = np.where(count > 0, sums / np.maximum(count, 1), values[:, -1])
        return Prediction(_repeat(slots, windows.horizon).astype(np.float32))

    def config(self) -> dict[str, Any]:
        return {"seasons": self.seasons}


def _by_slot(windows: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Context and mask as [B, seasons, period]; the first step after the cutoff falls in slot 0."""
    period = windows.period
    count, length = windows.context.shape
    seasons = -(-length // period)
    pad = ((0, 0), (seasons * period - length, 0))
    values = np.pad(windows.context, pad, mode="edge")
    observed = np.pad(windows.observed, pad)
    return values.reshape(count, seasons, period), observed.reshape(count, seasons, period)


def _repeat(slots: np.ndarray, horizon: int) -> np.ndarray:
    return slots[:, np.arange(horizon) % slots.shape[1]]
