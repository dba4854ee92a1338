"""Split-conformal intervals for any point forecast.

Residuals on calibration windows the method did not learn from, divided by the scale of each
window's context, give one error distribution per lead; its finite-sample corrected quantiles, times
the scale of a new context, are added to the point forecast. Lower and upper errors are kept apart.
(Vovk et al. 2005; Lei et al. 2018, "Distribution-free predictive inference for regression", sec. 2.2.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError, note
from .windows import Windows

GRID = np.arange(1, 200) / 200
"""Probabilities whose error quantiles are kept; others are interpolated."""


@dataclass(frozen=True)
class ConformalIntervals:
    """Scaled error quantiles by lead."""

    errors: np.ndarray
    """float64 [H, len(GRID)], ascending along the grid, in units of the context's scale; H is 0 where no
    window could be used."""
    count: int
    """Calibration windows behind the lead that has fewest."""
    needed: int = 0
    """Steps a series must have to give one calibration window; 0 where unknown."""

    @classmethod
    def calibrate(cls, residuals: np.ndarray, usable: np.ndarray, needed: int = 0) -> ConformalIntervals:
        """Fit to target minus forecast, divided by `context_scale`.

        Args:
            residuals: float [M, H].
            usable: bool [M, H], False where the target is unobserved or the scale is 0.
            needed: steps a series must have to give one window, for messages.
        """
        counts = usable.sum(axis=0)
        if not counts.any():
            return cls(np.zeros((0, len(GRID))), 0, needed)
        errors = np.zeros((len(counts), len(GRID)))
        last = int(counts.argmax())
        for lead in range(len(counts)):
            # a lead without errors has those of the lead before, the first ones those of the best known
            last = lead if counts[lead] else last
            ordered = np.sort(residuals[usable[:, last], last].astype(np.float64))
            errors[lead] = _corrected_quantiles(ordered)
        return cls(errors, int(counts.min()), needed)

    def quantiles(self, point: np.ndarray, scale: np.ndarray, levels: Sequence[float]) -> np.ndarray:
        """Quantiles of the forecast, float32 [B, H, Q]; ascending where `levels` are.

        Leads beyond the calibrated ones get the last lead's errors, grown with the square root of the lead.

        Args:
            point: [B, H]; scale: float [B], `context_scale` of the windows; levels: probabilities.

        Raises:
            InputError: a scale is above 0, and there was no window to learn its errors from.
        """
        if not (scale > 0).any():  # constants are certain: no error need be known
            return np.repeat(point[..., None], len(levels), axis=-1).astype(np.float32)
        if not len(self.errors):
            raise no_intervals(self.needed)
        self._warn_of_thin_calibration(levels)
        table = np.stack([np.interp(levels, GRID, row) for row in self.errors])
        known, horizon = len(table), point.shape[1]
        if horizon > known:
            growth = np.sqrt(np.arange(known + 1, horizon + 1) / known)[:, None]
            table = np.concatenate([table, table[-1] * growth])
        spread = scale[:, None, None] * table[None, :horizon]
        return (point.astype(np.float64)[..., None] + spread).astype(np.float32)

    def _warn_of_thin_calibration(self, levels: Sequence[float]) -> None:
        outermost = min((min(level, 1 - level) for level in levels), default=0.5)
        if self.count * outermost < 1 - outermost - 1e-9:
            note(
                f"only {self.count} calibration windows: too few for a quantile of {outermost:g}; "
                "the largest error seen is used, so intervals may be too narrow"
            )

    def state(self) -> dict[str, np.ndarray]:
        """Arrays by name."""
        numbers = [self.count, self.needed] if self.needed else [self.count]
        return {"errors": self.errors, "count": np.asarray(numbers, dtype=np.int64)}

    @classmethod
    def from_state(cls, state: dict[str, np.ndarray]) -> ConformalIntervals:
        """Rebuild from `state()`."""
        return cls(np.asarray(state["errors"], dtype=np.float64), *(int(number) for number in state["count"]))


def no_intervals(needed: int) -> InputError:
    """What is said when quantiles are asked for and no past error of the method is known."""
    return InputError(
        "levels",
        "this forecaster has no intervals: there was no past window to measure its errors on",
        expected=f"a series that changes over at least {needed} steps" if needed else None,
        remedy="Give more history, or forecast without levels and quantiles",
    )


def context_scale(windows: Windows) -> np.ndarray:
    """float64 [B]: standard deviation of the observed context; exactly 0 for a constant one."""
    seen = windows.observed
    values = windows.context.astype(np.float64)
    count = np.maximum(seen.sum(axis=1), 1)
    mean = np.where(seen, values, 0.0).sum(axis=1) / count
    return np.sqrt((np.where(seen, values - mean[:, None], 0.0) ** 2).sum(axis=1) / count)


def _corrected_quantiles(ordered: np.ndarray) -> np.ndarray:
    """Order statistics of rank floor(p (n+1)) below and ceil(p (n+1)) above the median, clipped to [1, n]."""
    count = len(ordered)
    rank = GRID * (count + 1)
    lower, upper = np.floor(rank + 1e-9), np.ceil(rank - 1e-9)
    below = ordered[np.clip(lower, 1, count).astype(int) - 1]
    above = ordered[np.clip(upper, 1, count).astype(int) - 1]
    return np.where(GRID < 0.5, below, np.where(GRID > 0.5, above, (below + above) / 2))
