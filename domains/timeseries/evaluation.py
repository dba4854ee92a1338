"""Evaluation of a Forecaster: which rows, which fits, which scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...shared.errors import InputError
from ...shared.forecasting.answering import answer
from ...shared.forecasting.backtest import Backtest, ForecastTable, backtest, require_windows
from ...shared.forecasting.fitted_data import warn_of_seen_rows
from ...shared.forecasting.metrics import Scores, seasonal_naive_scale
from ...shared.forecasting.origins import choose_cutoffs
from ...shared.forecasting.scaling import StandardScaler
from ...shared.panels.panel import Panel
from .models.build import fresh_model

if TYPE_CHECKING:
    from .forecaster import Forecaster


def run_backtest(
    forecaster: Forecaster,
    panel: Panel,
    horizon: int | None,
    *,
    n_windows: int | None,
    step: int,
    test: float | int | slice,
    refit: int,
    levels: tuple[float, ...],
    standardise: bool | slice,
    keep: bool,
) -> Backtest:
    """Score every window; see `Forecaster.backtest`. The forecaster itself is not changed.

    MASE's scale is the in-sample error of seasonal naive over all rows before the first forecast
    (as in M4), also when the model sees less.
    """
    if horizon is None:
        raise InputError("horizon", "is not known before the first fit", remedy="Pass horizon=")
    cutoffs = choose_cutoffs(panel, horizon, n_windows=n_windows, step=step, test=test)
    before = slice(0, int(cutoffs[0]) + 1)
    if not refit and forecaster.model.needs_fit:
        warn_of_seen_rows(panel, forecaster.seen_until, int(cutoffs[0]) + 1)
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
    windows = 0
    for fitted, part in _fits(forecaster, panel, horizon, cutoffs, refit):
        intervals = fitted.intervals_for(panel.select_rows(before), horizon) if levels else None
        windows += backtest(
            lambda batch, model=fitted.model, intervals=intervals: answer(model, batch, levels, intervals),
            panel,
            part,
            scores,
            lookback=fitted.model.lookback(panel.period, horizon),
            minimum=fitted.least_context(panel, horizon),
            batch_size=fitted.settings.batch_size,
            table=table,
        )
    require_windows(windows, forecaster.least_context(panel, horizon), horizon)
    return Backtest(scores, windows, table.forecast(forecaster.model.name) if table is not None else None)


def _fits(
    forecaster: Forecaster, panel: Panel, horizon: int, cutoffs: np.ndarray, refit: int
) -> Iterator[tuple[Forecaster, np.ndarray]]:
    """The forecaster with all cutoffs, or one fitted anew for each `refit` cutoffs on what was known then."""
    if not refit:
        yield forecaster, cutoffs
        return
    for start in range(0, len(cutoffs), refit):
        part = cutoffs[start : start + refit]
        fresh = type(forecaster)(fresh_model(forecaster.model), **forecaster.settings.model_dump())
        yield fresh.fit(panel.select_rows(slice(0, int(part[0]) + 1)), horizon), part
