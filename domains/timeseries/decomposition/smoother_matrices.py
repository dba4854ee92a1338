"""STL's smoothers as matrices: what `loess.py` and `inner_loop.py` compile, once more in plain numpy.

An operator is built once for a window, so nothing is gained by compiled loops there, while compiling them
would keep the first forecast after an installation waiting for half a minute. Names follow the paper
(Cleveland et al. 1990, section 2.2): C, L, seasonal = C - L.
"""

from __future__ import annotations

import numpy as np

from .settings import StlSettings


def stl_matrices(n: int, settings: StlSettings) -> tuple[np.ndarray, np.ndarray]:
    """Trend and seasonal of STL without robustness iterations as float64 [n, n], to multiply series by."""
    period = settings.period
    cycles = _cycles_matrix(n, settings)
    averaged = _moving_average(_moving_average(_moving_average(cycles, period), period), 3)
    low_pass = loess_matrix(n, settings.low_pass_span, settings.low_pass_deg, settings.low_pass_jump)
    seasonal_map = cycles[period : period + n] - low_pass @ averaged
    trend_map = loess_matrix(n, settings.trend_span, settings.trend_deg, settings.trend_jump)
    # A pass of the inner loop makes seasonal = S (I - trend) and trend = T (I - seasonal), from trend = 0.
    both = trend_map @ seasonal_map
    trend, before = trend_map - both, np.zeros((n, n))
    for _ in range(settings.inner_passes - 1):
        trend, before = trend_map - both + both @ trend, trend
    return trend, seasonal_map - seasonal_map @ before


def loess_matrix(length: int, span: int, degree: int, jump: int, *, extend: bool = False) -> np.ndarray:
    """Loess as a matrix: fitted values = matrix @ values.

    Args:
        length: points of the series, at least 2.
        span: points of a neighbourhood, odd.
        degree: 0 or 1, of the polynomial.
        jump: every jump-th point is fitted, with straight lines between.
        extend: fit positions -1 and `length` too.

    Returns:
        float64 [length, length]; [length + 2, length] if `extend`.
    """
    step = min(jump, length - 1)
    knots = np.unique(np.append(np.arange(0, length, step), length - 1))
    inner = _fits(length, span, degree, knots, step)
    if step > 1:
        points = np.arange(length)
        inner = np.stack([np.interp(points, knots, column) for column in inner.T], axis=1)
    if not extend:
        return inner
    before, after = _fits(length, span, degree, np.array([-1, length]), step)
    return np.vstack([before, inner, after])


def _fits(length: int, span: int, degree: int, positions: np.ndarray, step: int) -> np.ndarray:
    """Coefficients of the fits at `positions` [P] as float64 [P, length] (Cleveland 1979)."""
    width = min(length, span)
    # With jumps, a last position that is no multiple of the step keeps the neighbourhood of the knot before
    # it, as in the authors' program.
    centred = np.where(positions == length - 1, positions - positions % step, positions) - span // 2
    start = np.clip(centred, 0, length - width) if length > span else np.zeros_like(positions)
    points = start[:, None] + np.arange(width)
    distance = points - positions[:, None]
    bandwidth = np.abs(distance).max(axis=1, keepdims=True).astype(np.float64)
    if span > length:
        bandwidth += (span - length) // 2
    ratio = np.abs(distance) / bandwidth
    weights = np.where(ratio <= 0.001, 1.0, np.where(ratio > 0.999, 0.0, (1 - ratio**3) ** 3))
    weights /= weights.sum(axis=1, keepdims=True)
    if degree > 0:
        offset = distance - (weights * distance).sum(axis=1, keepdims=True)
        centre = distance - offset
        spread = (weights * offset**2).sum(axis=1, keepdims=True)
        sloped = np.sqrt(spread) > 0.001 * (length - 1)
        weights = weights * np.where(sloped, 1.0 - centre / np.where(sloped, spread, 1.0) * offset, 1.0)
    matrix = np.zeros((positions.size, length))
    np.put_along_axis(matrix, points, weights, axis=1)
    return matrix


def _cycles_matrix(n: int, settings: StlSettings) -> np.ndarray:
    """C as float64 [n + 2 period, n]: cycle-subseries, smoothed and extended by a period at both ends."""
    period = settings.period
    cycles = np.zeros((n + 2 * period, n))
    for phase in range(period):
        count = (n - 1 - phase) // period + 1
        cycles[phase::period, phase::period][: count + 2] = loess_matrix(
            count, settings.seasonal, settings.seasonal_deg, settings.seasonal_jump, extend=True
        )
    return cycles


def _moving_average(rows: np.ndarray, window: int) -> np.ndarray:
    """Means of so many rows [R, n] after each other, [R - window + 1, n]."""
    totals = np.cumsum(np.vstack([np.zeros((1, rows.shape[1])), rows]), axis=0)
    return (totals[window:] - totals[:-window]) / window
