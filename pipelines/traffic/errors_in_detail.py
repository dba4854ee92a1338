"""Where in space and when in the day a model errs."""

from __future__ import annotations

import numpy as np

from ...domains.graphs.clock import Clock, steps_per_day
from ...shared.panels.panel import Panel

MOST_PARTS = 24
"""Parts of a day that errors are told apart by."""


class ErrorSums:
    """Absolute errors summed by series and by part of the day, window by window."""

    def __init__(self, panel: Panel, horizon: int) -> None:
        self.parts = parts_of_day(panel)
        slots = Clock.of(panel, horizon).slot
        steps = steps_per_day(panel)
        self._part = slots * len(self.parts) // steps if self.parts else np.zeros_like(slots)
        self._by_series = np.zeros((2, panel.n_series))
        self._by_part = np.zeros((2, max(len(self.parts), 1)))

    def __call__(self, series: np.ndarray, cutoff: np.ndarray, error: np.ndarray) -> None:
        """Add B windows: int64 [B] series and cutoffs, errors [B, H] with NaN where not observed."""
        seen = ~np.isnan(error)
        size = np.where(seen, np.abs(error), 0.0)
        part = self._part[cutoff[:, None] + np.arange(1, error.shape[1] + 1)]
        column = np.broadcast_to(series[:, None], error.shape)
        for row, weight in enumerate((size, seen)):
            np.add.at(self._by_series[row], column, weight)
            np.add.at(self._by_part[row], part, weight)

    def by_series(self) -> np.ndarray:
        """Mean absolute error float64 [N]; NaN without any target."""
        return _mean(self._by_series)

    def by_part(self) -> list[float | None]:
        """Mean absolute error of each part of the day; None without any target."""
        return [None if np.isnan(one) else float(one) for one in _mean(self._by_part)[: len(self.parts)]]


def parts_of_day(panel: Panel) -> list[str]:
    """Labels of the hours, or of equal parts of the season where steps are numbered; none for daily steps."""
    steps = steps_per_day(panel)
    count = min(steps, MOST_PARTS)
    if count < 2:
        return []
    if isinstance(panel.freq, int):
        return [f"{steps * part // count}" for part in range(count)]
    minutes = [1440 * part // count for part in range(count)]
    return [f"{one // 60}" if 1440 % count == 0 and count <= 24 else f"{one / 60:g}" for one in minutes]


def _mean(sums: np.ndarray) -> np.ndarray:
    return np.where(sums[1] > 0, sums[0] / np.maximum(sums[1], 1), np.nan)
