"""Gap filling: last value, straight line or seasonal mean, for all series of a panel at once."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True)
def _linear(values: np.ndarray, observed: np.ndarray, out: np.ndarray, limit: int) -> None:
    steps, series = values.shape
    for j in range(series):
        last = -1
        for t in range(steps):
            if not observed[t, j]:
                continue
            width = t - last
            if last >= 0 and 1 < width <= limit + 1:
                slope = (np.float64(values[t, j]) - np.float64(values[last, j])) / width
                for k in range(last + 1, t):
                    out[k, j] = values[last, j] + slope * (k - last)
            last = t


@numba.njit(cache=True)
def _forward(values: np.ndarray, observed: np.ndarray, out: np.ndarray, limit: int) -> None:
    steps, series = values.shape
    for j in range(series):
        last = -1
        for t in range(steps):
            if observed[t, j]:
                last = t
            elif last >= 0 and t - last <= limit:
                out[t, j] = values[last, j]


@numba.njit(cache=True)
def _phase_means(values: np.ndarray, observed: np.ndarray, period: int) -> np.ndarray:
    """Mean of each phase [period, N] less the mean of all; NaN for phases never observed."""
    steps, series = values.shape
    means = np.zeros((period, series))
    for j in range(series):
        counts = np.zeros(period, np.int64)
        total, count = 0.0, 0
        for t in range(steps):
            if observed[t, j]:
                means[t % period, j] += values[t, j]
                counts[t % period] += 1
                total += values[t, j]
                count += 1
        for p in range(period):
            if counts[p] > 0:
                means[p, j] = means[p, j] / counts[p] - total / count
            else:
                means[p, j] = np.nan
    return means


def fill_forward(values: np.ndarray, observed: np.ndarray, limit: int | None = None) -> np.ndarray:
    """Each gap takes the last observed value, at most `limit` steps after it.

    Args:
        values: float [T, N], any number where not observed.
        observed: bool [T, N].
        limit: longest reach in steps; None for no limit.

    Returns:
        [T, N] of the type of `values`; 0 where nothing could be filled.
    """
    out = np.where(observed, values, values.dtype.type(0))
    _forward(values, observed, out, len(values) if limit is None else limit)
    return out


def fill_linear(values: np.ndarray, observed: np.ndarray, limit: int | None = None) -> np.ndarray:
    """Each gap between two observations becomes a straight line, if it is at most `limit` steps long.

    Shapes as in `fill_forward`; steps before the first and after the last observation stay 0.
    """
    out = np.where(observed, values, values.dtype.type(0))
    _linear(values, observed, out, len(values) if limit is None else limit)
    return out


def fill_seasonal(
    values: np.ndarray, observed: np.ndarray, period: int, limit: int | None = None
) -> np.ndarray:
    """Each gap takes the seasonal mean of its phase plus a line through what is left of its neighbours.

    The series is freed of its mean seasonal pattern (rows of equal phase modulo `period`), filled by
    `fill_linear`, and given the pattern back; phases never observed take the plain line. Shapes as in
    `fill_linear`.
    """
    means = _phase_means(values, observed, period).astype(values.dtype)
    pattern = means[np.arange(len(values)) % period]
    line = fill_linear(values, observed, limit)
    filled = fill_linear(np.ones_like(values), observed, limit) > 0
    departed = fill_linear(values - np.nan_to_num(pattern), observed, limit) + pattern
    seasonal = np.where(filled & ~np.isnan(pattern), departed, line)
    return np.where(observed, values, seasonal)
