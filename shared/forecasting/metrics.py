"""Scores of forecasts, independent of how windows are cut into batches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import InputError, note
from .score_sums import ABSOLUTE, MAGNITUDE, SQUARED, SYMMETRIC, add_points, add_quantiles


class Scores:
    """Accumulated errors of N series over H leads; every figure is a sum over a count.

    Unobserved targets count nowhere. Sums are float64, whatever comes in.

    * mse, mae, rmse: in the unit of the data, or in z-scores where `unit` is given.
    * mase: |e| over the series' `naive_scale`, averaged; NaN, never infinite, where that scale is 0.
    * smape: 200 |e| / (|y| + |f|), 0 where both are 0, in percent (M4 convention).
    * pinball: mean over levels of max(q e, (q - 1) e). crps: twice that, its usual approximation.
    * wql: twice the summed pinball over the summed |y|, averaged over levels (GIFT-Eval's CRPS).
    * coverage_80: share of targets within the central 80 % interval, for every pair of levels that has one.

    Args:
        horizon: H.
        series: names of the N series.
        levels: probabilities of the quantiles that will be added.
        naive_scale: float64 [N], see `seasonal_naive_scale`; None leaves mase out.
        unit: float64 [N], divides errors (a standard deviation gives scores of z-scored data).
    """

    def __init__(
        self,
        horizon: int,
        series: Sequence[str],
        *,
        levels: Sequence[float] = (),
        naive_scale: np.ndarray | None = None,
        unit: np.ndarray | None = None,
    ) -> None:
        shape = (len(series), horizon)
        self.horizon = horizon
        self.series, self.levels = tuple(series), tuple(levels)
        self.naive_scale = naive_scale
        self.unit = np.ones(len(series)) if unit is None else np.asarray(unit, dtype=np.float64)
        self._pairs = _central_pairs(self.levels)
        self._counts = np.zeros(shape, dtype=np.int64)
        self._sums = np.zeros((4, *shape))
        self._pinball = np.zeros((len(self.levels), *shape))
        self._inside = np.zeros((len(self._pairs), *shape), dtype=np.int64)

    def add(
        self,
        series: np.ndarray,
        target: np.ndarray,
        observed: np.ndarray,
        point: np.ndarray,
        quantiles: np.ndarray | None = None,
    ) -> None:
        """Add B windows.

        Args:
            series: int [B]; target, point: [B, H]; observed: bool [B, H]; quantiles: [B, H, Q].

        Raises:
            InputError: levels were announced but no quantiles are given.
        """
        series = np.ascontiguousarray(series, dtype=np.int64)
        add_points(self._sums, self._counts, series, target, observed, point)
        if not self.levels:
            return
        if quantiles is None:
            raise InputError("quantiles", "none were given", expected=f"one for each of {self.levels}")
        levels, pairs = np.asarray(self.levels), np.asarray(self._pairs, dtype=np.int64).reshape(-1, 2)
        add_quantiles(self._pinball, self._inside, series, target, observed, quantiles, levels, pairs)

    def overall(self) -> dict[str, float]:
        """Every score over all series and leads."""
        return {name: float(value[0, 0]) for name, value in self._table(True, True).items()}

    def by_lead(self) -> dict[str, np.ndarray]:
        """Every score for each step ahead, float64 [H]."""
        return {name: value[0] for name, value in self._table(True, False).items()}

    def by_series(self) -> dict[str, np.ndarray]:
        """Every score for each series, float64 [N]; NaN for a series without any target."""
        return {name: value[:, 0] for name, value in self._table(False, True).items()}

    @property
    def count(self) -> int:
        """Targets scored."""
        return int(self._counts.sum())

    def _table(self, over_series: bool, over_leads: bool) -> dict[str, np.ndarray]:
        axes = tuple(axis for axis, on in ((0, over_series), (1, over_leads)) if on)

        def total(array: np.ndarray) -> np.ndarray:
            return array.sum(axis=axes, keepdims=True, dtype=np.float64)

        unit, counts = self.unit[:, None], self._counts
        mse = _ratio(total(self._sums[SQUARED] / unit**2), total(counts))
        table = {
            "mse": mse,
            "mae": _ratio(total(self._sums[ABSOLUTE] / unit), total(counts)),
            "rmse": np.sqrt(mse),
            "smape": _ratio(total(self._sums[SYMMETRIC]), total(counts)),
        }
        if self.naive_scale is not None:
            usable = (self.naive_scale > 0)[:, None] & np.ones_like(counts, dtype=bool)
            self._warn_of_constants()
            safe = np.where(usable, self.naive_scale[:, None], 1.0)
            scaled = np.where(usable, self._sums[ABSOLUTE] / safe, 0.0)
            table["mase"] = _ratio(total(scaled), total(np.where(usable, counts, 0)))
        if self.levels:
            pinball = self._pinball.mean(axis=0)
            table["pinball"] = _ratio(total(pinball / unit), total(counts))
            table["crps"] = 2 * table["pinball"]
            table["wql"] = _ratio(2 * total(pinball), total(self._sums[MAGNITUDE]))
        for pair, inside in zip(self._pairs, self._inside, strict=True):
            width = round(100 * (self.levels[pair[1]] - self.levels[pair[0]]), 6)
            table[f"coverage_{width:g}"] = _ratio(total(inside), total(counts))
        return table

    def _warn_of_constants(self) -> None:
        assert self.naive_scale is not None
        constant = [name for name, scale in zip(self.series, self.naive_scale, strict=True) if not scale > 0]
        if constant:
            note(
                f"MASE is undefined for {len(constant)} series that seasonal naive forecasts without error "
                f"in sample, such as {constant[0]!r}: NaN there, left out of means"
            )


def seasonal_naive_scale(values: np.ndarray, observed: np.ndarray, period: int) -> np.ndarray:
    """MASE's denominator as in M4: mean |y_t - y_(t-period)| over the history of each series.

    Args:
        values, observed: [T, N], rows known before the first forecast only.
        period: season; series shorter than period + 1 use the step before instead.

    Returns:
        float64 [N]; 0 for a constant series and NaN for one without two values to compare.
    """
    seasonal = _mean_change(values, observed, period)
    return np.where(np.isnan(seasonal), _mean_change(values, observed, 1), seasonal)


def _mean_change(values: np.ndarray, observed: np.ndarray, lag: int) -> np.ndarray:
    if len(values) <= lag:
        return np.full(values.shape[1], np.nan)
    both = observed[lag:] & observed[:-lag]
    change = np.abs(values[lag:].astype(np.float64) - values[:-lag])
    return _ratio(np.where(both, change, 0.0).sum(axis=0), both.sum(axis=0))


def _ratio(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    return np.where(count > 0, total / np.where(count > 0, count, 1), np.nan)


def _central_pairs(levels: tuple[float, ...]) -> list[tuple[int, int]]:
    """Places of q and 1 - q, for every q below one half that has its mirror."""
    return [
        (low, high)
        for low, q in enumerate(levels)
        for high, mirror in enumerate(levels)
        if q < 0.5 and abs(q + mirror - 1) < 1e-9
    ]
