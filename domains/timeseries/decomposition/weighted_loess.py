"""Loess with a weight per point: robustness weights, and missing points (weight zero).

A neighbourhood without missing points uses the tabulated kernel. One with missing points reaches further
out, to the `span` nearest observed points, which is loess's own definition of a neighbourhood; that is how
the STL paper (section 3) treats missing values, and why the fit is defined at missing points too.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from .loess import LoessTable, _fill_row, _interpolate_knots, _next_knot, _row_index, _tricube, _window_start


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _moments(
    kernel: np.ndarray, weights: np.ndarray, values: np.ndarray, offset: int, reference: float
) -> tuple[float, ...]:
    """Weighted sums of 1, d, d^2, v, d v: d the distance to the position, v relative to `reference`."""
    s0 = s1 = s2 = t0 = t1 = 0.0
    for j in range(kernel.size):
        weight = kernel[j] * weights[j]
        distance = float(j + offset)
        value = values[j] - reference
        s0 += weight
        s1 += weight * distance
        s2 += weight * distance * distance
        t0 += weight * value
        t1 += weight * distance * value
    return s0, s1, s2, t0, t1


@njit(cache=True, nogil=True)
def _fitted(sums: tuple[float, ...], degree: int, length: int, reference: float) -> float:
    """Value at distance zero of the local constant or line; NaN where nothing carries weight."""
    s0, s1, s2, t0, t1 = sums
    if s0 <= 0.0:
        return np.nan
    centre = s1 / s0
    mean = t0 / s0
    spread = s2 / s0 - centre * centre
    if degree > 0 and spread > 0.0 and np.sqrt(spread) > 0.001 * (length - 1):
        mean -= centre * (t1 / s0 - centre * mean) / spread
    return mean + reference


@njit(cache=True, nogil=True)
def _fit_nearest(
    table: LoessTable,
    values: np.ndarray,
    weights: np.ndarray,
    observed: np.ndarray,
    rank: np.ndarray,
    position: int,
) -> float:
    """Fit on the `span` observed points nearest to `position`.

    Beyond the first and last observed point a line is followed for half a span at most.
    """
    count = observed.size
    width = min(table.span, count)
    reach = table.span // 2
    position = min(max(position, observed[0] - reach), observed[count - 1] + reach)
    below = rank[min(max(position, 0), table.length)]
    left = min(max(below - width // 2, 0), count - width)
    while left + width < count and observed[left + width] - position < position - observed[left]:
        left += 1
    while left > 0 and position - observed[left - 1] < observed[left + width - 1] - position:
        left -= 1
    bandwidth = float(max(position - observed[left], observed[left + width - 1] - position))
    if table.span > count:
        bandwidth += (table.span - count) // 2
    reference = float(values[observed[left]])
    s0 = s1 = s2 = t0 = t1 = 0.0
    for j in range(left, left + width):
        distance = float(observed[j] - position)
        weight = float(weights[observed[j]]) * _tricube(abs(distance), bandwidth)
        value = float(values[observed[j]]) - reference
        s0 += weight
        s1 += weight * distance
        s2 += weight * distance * distance
        t0 += weight * value
        t1 += weight * distance * value
    return _fitted((s0, s1, s2, t0, t1), table.degree, table.length, reference)


@njit(cache=True, nogil=True)
def _fit_full(
    table: LoessTable, values: np.ndarray, weights: np.ndarray, position: int, scratch: np.ndarray
) -> float:
    """Fit on the `span` points around `position`, all of them observed."""
    length, span = table.length, table.span
    width = min(length, span)
    step = min(table.jump, length - 1)
    start = _window_start(length, span, position, step)
    kernel = scratch[0, :width]
    if table.kernel.shape[0] > 0:
        kernel = table.kernel[_row_index(length, span, position)]
    else:
        _fill_row(length, span, 0, position, step, kernel, scratch[1])
    reference = values[start]
    window = slice(start, start + width)
    sums = _moments(kernel, weights[window], values[window], start - position, reference)
    return _fitted(sums, table.degree, length, reference)


@njit(cache=True, nogil=True)
def smooth_weighted(
    table: LoessTable,
    values: np.ndarray,
    weights: np.ndarray,
    observed: np.ndarray,
    rank: np.ndarray,
    extend: bool,
    out: np.ndarray,
    scratch: np.ndarray,
) -> None:
    """Weighted loess of `values` [length] into `out` [length + 2], laid out as `loess.smooth` does.

    `observed` lists the positions that are not missing (at least one), `rank` [length + 1] counts those
    before each position. Where no point of a neighbourhood carries weight the value itself is kept.
    """
    length, span = table.length, table.span
    width = min(length, span)
    step = min(table.jump, length - 1)
    whole = observed.size == length
    position = -1 if extend else 0
    last = length if extend else length - 1
    while position <= last:
        start = _window_start(length, span, position, step)
        if whole or rank[start + width] - rank[start] == width:
            fitted = _fit_full(table, values, weights, position, scratch)
        else:
            fitted = _fit_nearest(table, values, weights, observed, rank, position)
        if np.isnan(fitted) and 0 <= position < length:
            fitted = values[position]
        out[position + 1] = fitted
        position = _next_knot(position, step, length)
    if step > 1:
        _interpolate_knots(out, length, step)
    if extend and np.isnan(out[0]):
        out[0] = out[1]
    if extend and np.isnan(out[length + 1]):
        out[length + 1] = out[length]


@njit(cache=True, nogil=True)
def list_observed(mask: np.ndarray, observed: np.ndarray, rank: np.ndarray) -> int:
    """Fill `observed` with the positions in `mask`, `rank` with the count before each; return the count."""
    count = 0
    for i in range(mask.size):
        rank[i] = count
        if mask[i]:
            observed[count] = i
            count += 1
    rank[mask.size] = count
    return count
