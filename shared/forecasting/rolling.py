"""Rolling a forecaster, or one fitted anew now and then, over many cutoffs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..panels.panel import Panel
from .backtest import Answer, Backtest, ForecastTable, backtest, require_windows
from .metrics import Scores, seasonal_naive_scale
from .scaling import StandardScaler


@dataclass(frozen=True)
class Contestant:
    """A fitted forecaster as a backtest asks it."""

    answer: Answer
    lookback: int
    """Steps of context it wants."""
    minimum: int
    """Steps a series must have."""
    batch_size: int
    whole: bool = False
    """It answers all series of a cutoff together; see `origins.origin_batches`."""


def roll_over(
    panel: Panel,
    horizon: int,
    cutoffs: np.ndarray,
    fits: Iterable[tuple[Contestant, np.ndarray]],
    *,
    name: str,
    levels: tuple[float, ...],
    standardise: bool | slice,
    keep: bool,
) -> Backtest:
    """Score every window of each contestant's own part of the cutoffs.

    MASE's scale is the in-sample error of seasonal naive over all rows before the first forecast
    (as in M4), also when the model sees less.

    Args:
        cutoffs: int64 [C] ascending, see `origins.choose_cutoffs`; `fits` share them out.
        name: of the model, for the forecasts.
        levels: probabilities of the quantiles.
        standardise: scores of z-scored data, by the rows before the first forecast or those of a slice.
        keep: also keep the forecasts.

    Raises:
        InputError: no window fits.
    """
    before = slice(0, int(cutoffs[0]) + 1)
    reference = standardise if isinstance(standardise, slice) else before
    scaler = StandardScaler.fit(panel.values[reference], panel.observed[reference])
    scores = Scores(
        horizon,
        panel.series,
        levels=levels,
        naive_scale=seasonal_naive_scale(panel.values[before], panel.observed[before], panel.period),
        unit=None if standardise is False else scaler.scale,
    )
    table = ForecastTable(panel, cutoffs, horizon, levels) if keep else None
    windows, minimum = 0, 1
    for fitted, part in fits:
        minimum = fitted.minimum
        windows += backtest(
            fitted.answer,
            panel,
            part,
            scores,
            lookback=fitted.lookback,
            minimum=fitted.minimum,
            batch_size=fitted.batch_size,
            table=table,
            whole=fitted.whole,
        )
    require_windows(windows, minimum, horizon)
    return Backtest(scores, windows, table.forecast(name) if table is not None else None)
