"""Windows: a batch of forecast origins, gathered by index from one contiguous array."""

from __future__ import annotations

from dataclasses import dataclass, field

import numba
import numpy as np

from ..errors import InputError
from ..panels.panel import Panel


@dataclass(frozen=True)
class Windows:
    """A batch of forecast origins, one series each.

    Shapes: B origins, L steps of context, H steps of horizon.
    """

    context: np.ndarray
    """float32 [B, L], the last L values up to and including the cutoff; no NaN (see `observed`)."""
    observed: np.ndarray
    """bool [B, L], False where the context value was filled in."""
    series: np.ndarray
    """int64 [B], column of the panel."""
    cutoff: np.ndarray
    """int64 [B], row of the panel holding the last context step."""
    horizon: int
    period: int
    """Steps in the main season (24 for hourly data)."""
    past: np.ndarray | None = None
    """float32 [B, L, P] covariates known only up to the cutoff."""
    future: np.ndarray | None = None
    """float32 [B, L + H, F] covariates known ahead (calendar included when asked)."""
    static: np.ndarray | None = None
    """float32 [B, S] facts that do not change in time."""
    seasons: tuple[int, ...] = field(default=())
    """Further seasons, longest last, for models that use several."""

    def __len__(self) -> int:
        return len(self.series)


def gather_windows(
    panel: Panel, series: np.ndarray, cutoff: np.ndarray, lookback: int, horizon: int
) -> Windows:
    """Gather one batch of windows; nothing but the batch itself is allocated.

    Unobserved context values are filled from the window alone: linearly between observed
    neighbours, with the nearest observed value at both ends (also left of the panel's first
    row), with 0 in a window that holds no observed value.

    Args:
        series, cutoff: int [B], column and row of the last context step of every window.
        lookback, horizon: steps L and H.
    Raises:
        InputError: a future covariate does not reach `cutoff + horizon`.
    """
    series = np.ascontiguousarray(series, dtype=np.int64)
    cutoff = np.ascontiguousarray(cutoff, dtype=np.int64)
    context, observed = _take(panel.values, panel.observed, series, cutoff - lookback + 1, lookback)
    if not observed.all():
        fill_gaps(context, observed)
    steps = np.arange(1 - lookback, horizon + 1)
    return Windows(
        context=context,
        observed=observed,
        series=series,
        cutoff=cutoff,
        horizon=horizon,
        period=panel.period,
        past=_take_covariates("past", panel.past, series, cutoff, steps[:lookback]),
        future=_take_covariates("future", panel.future, series, cutoff, steps),
        static=np.stack([column[series] for column in panel.static.values()], axis=-1)
        if panel.static
        else None,
    )


def targets(
    panel: Panel, series: np.ndarray, cutoff: np.ndarray, horizon: int
) -> tuple[np.ndarray, np.ndarray]:
    """What happened after each cutoff.

    Returns:
        values float32 [B, H] and observed bool [B, H]; steps beyond the panel are unobserved, value 0, and
        so are values that were put in for missing ones.
    """
    series = np.ascontiguousarray(series, dtype=np.int64)
    cutoff = np.ascontiguousarray(cutoff, dtype=np.int64)
    return _take(panel.values, panel.known, series, cutoff + 1, horizon)


def observed_steps(panel: Panel, series: np.ndarray, cutoff: np.ndarray) -> np.ndarray:
    """int64 [B]: rows from each series' first observed value up to and including the cutoff."""
    return np.maximum(np.asarray(cutoff) + 1 - panel.first_rows()[np.asarray(series)], 0)


def _take_covariates(
    kind: str, columns: dict[str, np.ndarray], series: np.ndarray, cutoff: np.ndarray, steps: np.ndarray
) -> np.ndarray | None:
    if not columns:
        return None
    rows = cutoff[:, None] + steps
    for name, values in columns.items():
        if len(rows) and rows.max() >= len(values):
            raise InputError(
                name,
                f"this {kind} covariate has {len(values)} rows",
                expected=f"at least {rows.max() + 1}, to reach the end of the horizon",
                remedy="Give its values for every step of the horizon.",
            )
    rows = np.maximum(rows, 0)  # left of the first row the first value is repeated, as for the target
    return np.stack([values[rows, series[:, None]] for values in columns.values()], axis=-1)


@numba.njit(cache=True, nogil=True)
def _take(
    values: np.ndarray, mask: np.ndarray, series: np.ndarray, start: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Values and mask of `steps` rows from `start` on, float32 and bool [B, steps]; 0 where unobserved."""
    taken = np.zeros((len(series), steps), dtype=np.float32)
    observed = np.zeros((len(series), steps), dtype=np.bool_)
    for b in range(len(series)):
        n, first = series[b], start[b]
        for i in range(max(0, -first), min(steps, len(values) - first)):
            if mask[first + i, n]:
                taken[b, i] = values[first + i, n]
                observed[b, i] = True
    return taken, observed


@numba.njit(cache=True, nogil=True)
def fill_gaps(context: np.ndarray, observed: np.ndarray) -> None:
    """Bridge, in place, what is unobserved in each row [B, L] by lines, at both ends by the nearest value."""
    length = context.shape[1]
    for b in range(len(context)):
        last = -1
        for i in range(length):
            if not observed[b, i]:
                continue
            if last < 0:
                for j in range(i):
                    context[b, j] = context[b, i]
            elif i - last > 1:
                step = (context[b, i] - context[b, last]) / (i - last)
                for j in range(last + 1, i):
                    context[b, j] = context[b, last] + step * (j - last)
            last = i
        if last >= 0:
            for j in range(last + 1, length):
                context[b, j] = context[b, last]
