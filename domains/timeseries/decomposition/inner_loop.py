"""The loops of STL on one series (Cleveland et al. 1990, sections 2.1-2.4), compiled.

Names follow the paper: C is the series of smoothed cycle-subseries, L its low-pass, seasonal = C - L.
numba's cache watches this file alone: after editing loess.py or weighted_loess.py, touch this one too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from .loess import LoessTable, smooth
from .weighted_loess import list_observed, smooth_weighted


class StlTables(NamedTuple):
    """All smoothers of one configuration: subseries with and without the last partial cycle, L, trend."""

    long: LoessTable
    short: LoessTable
    low_pass: LoessTable
    trend: LoessTable


@njit(cache=True, nogil=True)
def _moving_average(values: np.ndarray, window: int, out: np.ndarray) -> None:
    total = 0.0
    for i in range(window):
        total += values[i]
    scale = 1.0 / window
    out[0] = total * scale
    for i in range(1, out.size):
        total += values[i + window - 1] - values[i - 1]
        out[i] = total * scale


@njit(cache=True, nogil=True)
def _low_pass(
    cycles: np.ndarray,
    period: int,
    table: LoessTable,
    buffer: np.ndarray,
    out: np.ndarray,
    scratch: np.ndarray,
) -> None:
    """L: moving averages of period, period and 3 over C [n + 2 period], then loess; into out [n + 2]."""
    n = table.length
    _moving_average(cycles, period, buffer[: n + period + 1])
    _moving_average(buffer[: n + period + 1], period, out)
    _moving_average(out, 3, buffer[:n])
    smooth(table, buffer[:n], False, out, scratch)


@njit(cache=True, nogil=True)
def _smooth_subseries(
    values: np.ndarray,
    weights: np.ndarray,
    mask: np.ndarray,
    weighted: bool,
    period: int,
    tables: StlTables,
    cycles: np.ndarray,
    scratch: np.ndarray,
) -> None:
    """C: smooth each cycle-subseries and extend it by one period at both ends; into cycles [n + 2 period]."""
    n = values.size
    longest = (n - 1) // period + 1
    part = np.empty((3, longest + 2))
    part_mask = np.empty(longest, np.bool_)
    observed = np.empty(longest, np.int64)
    rank = np.empty(longest + 1, np.int64)
    empty = 0
    for phase in range(period):
        count = (n - 1 - phase) // period + 1
        table = tables.long if count == longest else tables.short
        sub, out = part[0, :count], part[2, : count + 2]
        for i in range(count):
            sub[i] = values[phase + i * period]
        if weighted:
            for i in range(count):
                part[1, i] = weights[phase + i * period]
                part_mask[i] = mask[phase + i * period]
            seen = list_observed(part_mask[:count], observed, rank)
            if seen == 0:
                empty += 1
                out[:] = np.nan
            else:
                smooth_weighted(table, sub, part[1, :count], observed[:seen], rank, True, out, scratch)
        else:
            smooth(table, sub, True, out, scratch)
        for i in range(count + 2):
            cycles[phase + i * period] = out[i]
    if empty:
        _bridge(cycles)


@njit(cache=True, nogil=True)
def _bridge(values: np.ndarray) -> None:
    """Straight lines over NaN runs (phases never observed), constant beyond the first and last number."""
    left = -1
    for i in range(values.size):
        if np.isnan(values[i]):
            continue
        for j in range(left + 1, i):
            before = values[i] if left < 0 else values[left]
            values[j] = before + (values[i] - before) * (j - left) / (i - left)
        left = i
    for j in range(left + 1, values.size):
        values[j] = values[left]


@njit(cache=True, nogil=True)
def _robustness(
    values: np.ndarray,
    trend: np.ndarray,
    seasonal: np.ndarray,
    mask: np.ndarray,
    prior: np.ndarray,
    weights: np.ndarray,
) -> None:
    """Bisquare weights of the residuals, times the given weights (section 2.4; h = 6 median |R|)."""
    n = values.size
    size = np.empty(n)
    count = 0
    for i in range(n):
        weights[i] = abs(values[i] - trend[i] - seasonal[i])
        if mask[i]:
            size[count] = weights[i]
            count += 1
    bound = 6.0 * np.median(size[:count])
    for i in range(n):
        distance = weights[i]
        if distance <= 0.001 * bound:
            weights[i] = prior[i]
        elif distance <= 0.999 * bound:
            weights[i] = prior[i] * (1.0 - (distance / bound) ** 2) ** 2
        else:
            weights[i] = 0.0


@njit(cache=True, nogil=True)
def _decompose(
    values: np.ndarray,
    prior: np.ndarray,
    given: bool,
    period: int,
    inner: int,
    outer: int,
    tables: StlTables,
    trend: np.ndarray,
    seasonal: np.ndarray,
    weights: np.ndarray,
) -> None:
    """STL of one series into trend, seasonal and final weights, all [n]; `given`: prior is not all ones."""
    n = values.size
    width = max(
        min(n, max(tables.trend.span, tables.low_pass.span)), min(tables.long.length, tables.long.span)
    )
    scratch = np.empty((2, width))
    detrended, cycles, buffer, fitted = (
        np.empty(n),
        np.empty(n + 2 * period),
        np.empty(n + period + 1),
        np.empty(n + 2),
    )
    mask = prior > 0.0
    observed, rank = np.empty(n, np.int64), np.empty(n + 1, np.int64)
    count = list_observed(mask, observed, rank)
    trend[:] = 0.0
    weights[:] = prior
    for iteration in range(outer + 1):
        weighted = given or iteration > 0
        for _ in range(inner):
            for i in range(n):
                detrended[i] = values[i] - trend[i]
            _smooth_subseries(detrended, weights, mask, weighted, period, tables, cycles, scratch)
            _low_pass(cycles, period, tables.low_pass, buffer, fitted, scratch)
            for i in range(n):
                seasonal[i] = cycles[period + i] - fitted[i + 1]
                detrended[i] = values[i] - seasonal[i]
            if weighted:
                smooth_weighted(
                    tables.trend, detrended, weights, observed[:count], rank, False, fitted, scratch
                )
            else:
                smooth(tables.trend, detrended, False, fitted, scratch)
            trend[:] = fitted[1 : n + 1]
        if iteration < outer:
            _robustness(values, trend, seasonal, mask, prior, weights)


@njit(cache=True, nogil=True)
def decompose_range(
    values: np.ndarray,
    prior: np.ndarray,
    given: np.ndarray,
    period: int,
    inner: int,
    outer: int,
    tables: StlTables,
    first: int,
    last: int,
    trend: np.ndarray,
    seasonal: np.ndarray,
    weights: np.ndarray,
) -> None:
    """STL of the rows first..last-1 of values [N, n]; fills the same rows of the three outputs."""
    for row in range(first, last):
        _decompose(
            values[row],
            prior[row],
            given[row],
            period,
            inner,
            outer,
            tables,
            trend[row],
            seasonal[row],
            weights[row],
        )
