"""Calibration: the errors a method makes on rows it did not learn from."""

from __future__ import annotations

import numpy as np

from ..panels.panel import Panel
from .answering import Answering, Scale, roll
from .conformal import ConformalIntervals, context_scale
from .origins import batches, cutoffs_within, origins
from .windows import gather_windows, targets


def calibrate(
    model: Answering,
    panel: Panel,
    rows: slice,
    *,
    lookback: int,
    minimum: int,
    horizon: int,
    most: int = 20_000,
    batch_size: int = 1024,
    scale: Scale = context_scale,
    whole: bool = False,
) -> ConformalIntervals | None:
    """Split-conformal intervals from windows whose targets lie in `rows`.

    Args:
        model: fitted, on other rows.
        most: about how many windows to use; more are thinned evenly in time.
        scale: the unit of each window's errors.
        whole: batches hold all series of a cutoff; see `origin_batches`.

    Returns:
        None for a model with quantiles of its own; intervals that refuse to answer for anything but
        constants where no window fits into `rows`.
    """
    every = max(1, -(-(rows.stop - rows.start) * panel.n_series // most))
    cutoffs = cutoffs_within(rows, horizon, step=every)
    series, cutoff = origins(panel, cutoffs, minimum, lookback, whole=whole)
    needed = max(minimum, 2) + horizon  # the scale of a single value is 0
    if not len(series):
        return ConformalIntervals.calibrate(np.zeros((0, horizon)), np.zeros((0, horizon), bool), needed)
    together = panel.n_series if whole else 1
    probe = gather_windows(panel, series[:together], cutoff[:together], lookback, horizon)
    if roll(model, probe).quantiles is not None:
        return None
    residuals = np.zeros((len(series), horizon), dtype=np.float32)
    usable = np.zeros((len(series), horizon), dtype=bool)
    for batch in batches(len(series), max(batch_size // together, 1) * together):
        windows = gather_windows(panel, series[batch], cutoff[batch], lookback, horizon)
        prediction = roll(model, windows)
        values, observed = targets(panel, series[batch], cutoff[batch], horizon)
        unit = scale(windows)[:, None]
        error = values.astype(np.float64) - prediction.point
        residuals[batch] = error / np.where(unit > 0, unit, 1.0)
        usable[batch] = observed & (unit > 0)
    return ConformalIntervals.calibrate(residuals, usable, needed)
