"""Forecast origins: which (series, cutoff) pairs a stretch of rows allows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..panels.panel import Panel
from .windows import observed_steps


def cutoffs_within(rows: slice, horizon: int, *, step: int = 1, n_windows: int | None = None) -> np.ndarray:
    """Cutoffs whose whole horizon lies in `rows`, ascending int64; none where `rows` is shorter.

    The last window ends with the last row; earlier ones follow every `step` rows back, `n_windows` at most.
    """
    last, first = rows.stop - horizon - 1, rows.start - 1
    cutoffs = np.arange(last, first - 1, -step, dtype=np.int64)
    return cutoffs[:n_windows][::-1] if n_windows is not None else cutoffs[::-1]


def origins(panel: Panel, cutoffs: np.ndarray, minimum: int) -> tuple[np.ndarray, np.ndarray]:
    """All (cutoff, series) pairs, cutoff by cutoff, with at least `minimum` steps of context.

    Returns:
        series, cutoff: int64 [M]. Cutoffs before the first row are left out.
    """
    cutoffs = cutoffs[cutoffs >= 0]
    cutoff = np.repeat(cutoffs, panel.n_series)
    series = np.tile(np.arange(panel.n_series), len(cutoffs))
    usable = observed_steps(panel, series, cutoff) >= minimum
    return series[usable], cutoff[usable]


def batches(count: int, size: int) -> Iterator[slice]:
    """Slices of at most `size` that cover `count` items; the last may be smaller, none is dropped."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))
