"""Forecast origins: which (series, cutoff) pairs a stretch of rows allows."""

from __future__ import annotations

from collections.abc import Iterator

import numba
import numpy as np

from ..panels.panel import Panel


def cutoffs_within(rows: slice, horizon: int, *, step: int = 1, n_windows: int | None = None) -> np.ndarray:
    """Cutoffs whose whole horizon lies in `rows`, ascending int64; none where `rows` is shorter.

    The last window ends with the last row; earlier ones follow every `step` rows back, `n_windows` at most.
    """
    last, first = rows.stop - horizon - 1, max(rows.start - 1, 0)
    cutoffs = np.arange(last, first - 1, -step, dtype=np.int64)
    return cutoffs[:n_windows][::-1] if n_windows is not None else cutoffs[::-1]


def origin_batches(
    panel: Panel, cutoffs: np.ndarray, *, minimum: int, lookback: int, size: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """All usable (series, cutoff) pairs, cutoff by cutoff, at most `size` at a time; no list of all is made.

    A pair is usable with `minimum` steps since the series' first value and something observed within
    the last `lookback`.

    Yields:
        series, cutoff: int64 [B], never empty.
    """
    earliest = _first_rows(panel.observed) + minimum - 1
    for batch in batches(len(cutoffs) * panel.n_series, size):
        pairs = np.arange(batch.start, batch.stop)
        cutoff, series = cutoffs[pairs // panel.n_series], pairs % panel.n_series
        usable = cutoff >= earliest[series]
        usable &= _any_observed(panel.observed, series, cutoff, lookback)
        if usable.any():
            yield series[usable], cutoff[usable]


def origins(
    panel: Panel, cutoffs: np.ndarray, minimum: int, lookback: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of `origin_batches` as two arrays int64 [M], for when they are few."""
    found = list(
        origin_batches(panel, cutoffs, minimum=minimum, lookback=lookback or panel.n_steps, size=65_536)
    )
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
