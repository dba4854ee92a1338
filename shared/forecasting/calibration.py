"""Calibration: the errors a method makes on rows it did not learn from."""

from __future__ import annotations

import numpy as np

from ..panels.panel import Panel
from .answering import Answering, roll
from .conformal import ConformalIntervals, context_scale
from .origins import batches, cutoffs_within, origins
from .windows import gather_windows, targets

MOST_WINDOWS = 20_000
"""More windows change the quantiles by less than their noise; they are thinned evenly in time."""


def calibrate(
    model: Answering,
    panel: Panel,
    rows: slice,
    *,
    lookback: int,
    minimum: int,
    horizon: int,
    batch_size: int = 1024,
) -> ConformalIntervals | None:
    """Split-conformal intervals from all windows whose targets lie in `rows`; None where there is none."""
    every = max(1, -(-(rows.stop - rows.start) * panel.n_series // MOST_WINDOWS))
    series, cutoff = origins(panel, cutoffs_within(rows, horizon, step=every), minimum)
    if not len(series):
        return None
    residuals = np.zeros((len(series), horizon), dtype=np.float32)
    usable = np.zeros((len(series), horizon), dtype=bool)
    for batch in batches(len(series), batch_size):
        windows = gather_windows(panel, series[batch], cutoff[batch], lookback, horizon)
        values, observed = targets(panel, series[batch], cutoff[batch], horizon)
        scale = context_scale(windows)[:, None]
        error = values.astype(np.float64) - roll(model, windows).point
        residuals[batch] = error / np.where(scale > 0, scale, 1.0)
        usable[batch] = observed & (scale > 0)
    if not usable.any(axis=0).all():
        return None
    return ConformalIntervals.calibrate(residuals, usable)
