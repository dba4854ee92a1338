"""Loess on an evenly spaced series: tricube neighbourhoods, degree 0 or 1, evaluated everywhere.

Cleveland (1979), "Robust locally weighted regression and smoothing scatterplots", and section 2 of
Cleveland, Cleveland, McRae and Terpenning (1990), "STL". Away from the ends every neighbourhood looks
alike, so its weights are computed once and the smoother is a short filter; `LoessTable` holds that filter
and the rows for the ends. Positions -1 and `length` (one step outside) may be asked for too: STL extends
every cycle-subseries by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

# A wide span over a long series would need span^2 numbers; above this, rows are made when needed.
_TABLE_LIMIT = 2_000_000
_CHUNK = 1024


class LoessTable(NamedTuple):
    """Neighbourhood weights of one smoother, for series of one length.

    `kernel` and `filter` are [rows, width]: plain tricube weights (for fits with weights), and the
    coefficients that give the fitted value directly. Rows: the left end from position -1, one row for the
    whole interior, the right end to position `length`. Both are empty when they would be too large.
    """

    length: int
    span: int
    degree: int
    jump: int
    kernel: np.ndarray
    filter: np.ndarray


def loess_table(length: int, span: int, degree: int, jump: int) -> LoessTable:
    """Tabulate the smoother of odd `span` for series of `length` >= 2 points."""
    width = min(length, span)
    positions = _row_positions(length, span)
    if positions.size * width > _TABLE_LIMIT:
        empty = np.empty((0, 0))
        return LoessTable(length, span, degree, jump, empty, empty)
    kernel, coefficients = np.empty((2, positions.size, width))
    _fill_rows(length, span, degree, positions, min(jump, length - 1), kernel, coefficients)
    return LoessTable(length, span, degree, jump, kernel, coefficients)


def _row_positions(length: int, span: int) -> np.ndarray:
    if length <= span:
        return np.arange(-1, length + 1)
    half = span // 2
    return np.concatenate([np.arange(-1, half + 1), np.arange(length - half, length + 1)])


@njit(cache=True, nogil=True)
def _row_index(length: int, span: int, position: int) -> int:
    half = span // 2
    if length <= span or position < half:
        return position + 1
    if position >= length - half:
        return half + 2 + position - (length - half)
    return half + 1


@njit(cache=True, nogil=True)
def _window_start(length: int, span: int, position: int, step: int) -> int:
    """First point of the neighbourhood of one position, when every `step`-th is fitted.

    With jumps, a last position that is no multiple of the step keeps the neighbourhood of the knot before
    it, as in the authors' program and all that descend from it.
    """
    if length <= span:
        return 0
    if position == length - 1:
        position -= position % step
    return min(max(position - span // 2, 0), length - span)


@njit(cache=True, nogil=True)
def _tricube(distance: float, bandwidth: float) -> float:
    if distance <= 0.001 * bandwidth:
        return 1.0
    if distance > 0.999 * bandwidth:
        return 0.0
    ratio = distance / bandwidth
    remainder = 1.0 - ratio * ratio * ratio
    return remainder * remainder * remainder


@njit(cache=True, nogil=True)
def _fill_row(
    length: int, span: int, degree: int, position: int, step: int, kernel: np.ndarray, row: np.ndarray
) -> None:
    """Weights (`kernel`) and fitting coefficients (`row`) of the neighbourhood of one position."""
    width = min(length, span)
    start = _window_start(length, span, position, step)
    bandwidth = float(max(position - start, start + width - 1 - position))
    if span > length:
        bandwidth += (span - length) // 2
    total = 0.0
    centre = 0.0
    for j in range(width):
        weight = _tricube(abs(start + j - position), bandwidth)
        kernel[j] = weight
        total += weight
        centre += weight * (start + j - position)
    centre /= total
    spread = 0.0
    for j in range(width):
        row[j] = kernel[j] / total
        spread += row[j] * (start + j - position - centre) ** 2
    if degree > 0 and np.sqrt(spread) > 0.001 * (length - 1):
        for j in range(width):
            row[j] *= 1.0 - centre / spread * (start + j - position - centre)


@njit(cache=True, nogil=True)
def _fill_rows(
    length: int,
    span: int,
    degree: int,
    positions: np.ndarray,
    step: int,
    kernel: np.ndarray,
    coefficients: np.ndarray,
) -> None:
    for i in range(positions.size):
        _fill_row(length, span, degree, positions[i], step, kernel[i], coefficients[i])


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _dot(row: np.ndarray, values: np.ndarray) -> float:
    total = 0.0
    for j in range(row.size):
        total += row[j] * values[j]
    return total


@njit(cache=True, nogil=True)
def _filter_interior(values: np.ndarray, taps: np.ndarray, out: np.ndarray) -> None:
    """out[i] = sum_j taps[j] values[i + j], four taps a pass, in blocks that stay in the first cache."""
    lead = taps.size % 4
    for first in range(0, out.size, _CHUNK):
        block = out[first : first + _CHUNK]
        for i in range(block.size):
            block[i] = 0.0
        for j in range(lead):
            tap = taps[j]
            shifted = values[first + j : first + j + block.size]
            for i in range(block.size):
                block[i] += tap * shifted[i]
        for j in range(lead, taps.size, 4):
            tap0, tap1, tap2, tap3 = taps[j], taps[j + 1], taps[j + 2], taps[j + 3]
            values0 = values[first + j : first + j + block.size]
            values1 = values[first + j + 1 : first + j + 1 + block.size]
            values2 = values[first + j + 2 : first + j + 2 + block.size]
            values3 = values[first + j + 3 : first + j + 3 + block.size]
            for i in range(block.size):
                block[i] += (tap0 * values0[i] + tap1 * values1[i]) + (tap2 * values2[i] + tap3 * values3[i])


@njit(cache=True, nogil=True)
def _interpolate_knots(out: np.ndarray, length: int, step: int) -> None:
    """Straight lines between the fitted knots 0, step, 2 step ... and the last position."""
    for left in range(0, length - 1, step):
        right = min(left + step, length - 1)
        slope = (out[right + 1] - out[left + 1]) / (right - left)
        for i in range(left + 1, right):
            out[i + 1] = out[left + 1] + slope * (i - left)


@njit(cache=True, nogil=True)
def smooth(table: LoessTable, values: np.ndarray, extend: bool, out: np.ndarray, scratch: np.ndarray) -> None:
    """Loess of `values` [length] into `out` [length + 2]; out[i + 1] belongs to position i.

    The two outer entries are written only if `extend`. `scratch` is [2, >= width].
    """
    length, span, degree = table.length, table.span, table.degree
    width = min(length, span)
    step = min(table.jump, length - 1)
    half = span // 2
    tabled = table.filter.shape[0] > 0
    by_filter = step == 1 and length > span
    position = -1 if extend else 0
    last = length if extend else length - 1
    row = scratch[1, :width]
    if by_filter:
        if tabled:
            _filter_interior(values, table.filter[half + 1], out[half + 1 : length - half + 1])
        else:
            _fill_row(length, span, degree, half, step, scratch[0], row)
            _filter_interior(values, row, out[half + 1 : length - half + 1])
    while position <= last:
        if by_filter and position == half:
            position = length - half
        if tabled:
            row = table.filter[_row_index(length, span, position)]
        else:
            _fill_row(length, span, degree, position, step, scratch[0], row)
        start = _window_start(length, span, position, step)
        out[position + 1] = _dot(row, values[start : start + width])
        position = _next_knot(position, step, length)
    if step > 1:
        _interpolate_knots(out, length, step)


@njit(cache=True, nogil=True)
def _next_knot(position: int, step: int, length: int) -> int:
    if position < 0:
        return 0
    if position >= length - 1:
        return position + 1
    return min(position + step, length - 1)
