"""Forecast origins: which (series, cutoff) pairs a stretch of rows allows."""

from __future__ import annotations

from collections.abc import Iterator

import numba
import numpy as np

from ..errors import InputError
from ..panels.panel import Panel
from .splits import last_rows


def cutoffs_within(rows: slice, horizon: int, *, step: int = 1, n_windows: int | None = None) -> np.ndarray:
    """Cutoffs whose whole horizon lies in `rows`, ascending int64; none where `rows` is shorter.

    The last window ends with the last row; earlier ones follow every `step` rows back, `n_windows` at most.
    """
    last, first = rows.stop - horizon - 1, max(rows.start - 1, 0)
    cutoffs = np.arange(last, first - 1, -step, dtype=np.int64)
    return cutoffs[:n_windows][::-1] if n_windows is not None else cutoffs[::-1]


def choose_cutoffs(
    panel: Panel, horizon: int, *, n_windows: int | None, step: int, test: float | int | slice
) -> np.ndarray:
    """Cutoffs (int64 [C], ascending) of a backtest.

    Raises:
        InputError: not one window fits.
    """
    if step < 1 or (n_windows is not None and n_windows < 1):
        raise InputError("step" if step < 1 else "n_windows", "must be 1 or more")
    rows = slice(1, panel.n_steps) if n_windows is not None else last_rows(test, panel.n_steps, horizon)
    cutoffs = cutoffs_within(rows, horizon, step=step, n_windows=n_windows)
    if not len(cutoffs) or (n_windows is not None and len(cutoffs) < n_windows):
        needed = horizon + 1 + ((n_windows or 1) - 1) * step
        raise InputError(
            "test",
            f"rows {rows.start}..{rows.stop} of {panel.n_steps} hold {len(cutoffs)} windows of {horizon}",
            expected=f"at least {needed} rows" if n_windows else f"at least {horizon} rows",
            remedy="Choose more rows, a shorter horizon or fewer windows",
        )
    return cutoffs


def origin_batches(
    panel: Panel, cutoffs: np.ndarray, *, minimum: int, lookback: int, size: int, whole: bool = False
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """All usable (series, cutoff) pairs, cutoff by cutoff, at most `size` at a time; no list of all is made.

    A pair is usable with `minimum` steps since the series' first value and something observed within
    the last `lookback`; not within a filled gap, where values were put in that know of later ones.

    Args:
        whole: for methods that forecast all series together: whole cutoffs, usable when any of their series
            is, so that a batch has at least as many pairs as there are series.

    Yields:
        series, cutoff: int64 [B], never empty.
    """
    if whole:
        yield from _whole_batches(panel, cutoffs, minimum, lookback, size)
        return
    earliest = _first_rows(panel.observed) + minimum - 1
    for batch in batches(len(cutoffs) * panel.n_series, size):
        pairs = np.arange(batch.start, batch.stop)
        cutoff, series = cutoffs[pairs // panel.n_series], pairs % panel.n_series
        usable = cutoff >= earliest[series]
        usable &= _any_observed(panel.observed, series, cutoff, lookback)
        if panel.filled is not None:
            usable &= ~panel.filled[cutoff, series]
        if usable.any():
            yield series[usable], cutoff[usable]


def _whole_batches(
    panel: Panel, cutoffs: np.ndarray, minimum: int, lookback: int, size: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    begun = cutoffs >= _first_rows(panel.observed).min() + minimum - 1
    seen = np.concatenate([[0], panel.observed.any(axis=1).cumsum()])
    begun &= seen[cutoffs + 1] > seen[np.maximum(cutoffs + 1 - lookback, 0)]
    usable, everyone = cutoffs[begun], np.arange(panel.n_series)
    for batch in batches(len(usable), max(size // panel.n_series, 1)):
        part = usable[batch]
        yield np.tile(everyone, len(part)), np.repeat(part, len(everyone))


def origins(
    panel: Panel, cutoffs: np.ndarray, minimum: int, lookback: int | None = None, *, whole: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of `origin_batches` as two arrays int64 [M], for when they are few."""
    lookback = lookback or panel.n_steps
    found = list(origin_batches(panel, cutoffs, minimum=minimum, lookback=lookback, size=65_536, whole=whole))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    series, cutoff = zip(*found, strict=True)
    return np.concatenate(series), np.concatenate(cutoff)


def batches(count: int, size: int) -> Iterator[slice]:
    """Slices of at most `size` that cover `count` items; the last may be smaller, none is dropped."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


@numba.njit(cache=True, nogil=True)
def _first_rows(observed: np.ndarray) -> np.ndarray:
    """`Panel.first_rows` without a copy of the mask, which counts when the panel fills the memory."""
    first = np.full(observed.shape[1], len(observed), dtype=np.int64)
    for n in range(observed.shape[1]):
        for row in range(len(observed)):
            if observed[row, n]:
                first[n] = row
                break
    return first


@numba.njit(cache=True, nogil=True)
def _any_observed(observed: np.ndarray, series: np.ndarray, cutoff: np.ndarray, lookback: int) -> np.ndarray:
    found = np.zeros(len(series), dtype=np.bool_)
    for b in range(len(series)):
        for row in range(cutoff[b], max(cutoff[b] - lookback, -1), -1):
            if observed[row, series[b]]:
                found[b] = True
                break
    return found
