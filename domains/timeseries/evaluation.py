"""Evaluation of a Forecaster: which rows, which fits, which scores."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...shared.errors import InputError, InputWarning
from ...shared.forecasting.answering import answer
from ...shared.forecasting.backtest import Backtest, ForecastTable, backtest, require_windows
from ...shared.forecasting.metrics import Scores, seasonal_naive_scale
from ...shared.forecasting.origins import cutoffs_within
from ...shared.forecasting.scaling import StandardScaler
from ...shared.forecasting.splits import last_rows
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
    _warn_of_seen_rows(forecaster, panel, int(cutoffs[0]) + 1, refit)
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


def _warn_of_seen_rows(forecaster: Forecaster, panel: Panel, first: int, refit: int) -> None:
    if refit or not forecaster.model.needs_fit or forecaster.seen_until is None:
        return
    position = np.flatnonzero(panel.time.astype(str) == forecaster.seen_until)
    if len(position) and int(position[0]) >= first:
        warnings.warn(
            f"rows up to {forecaster.seen_until} were used in fitting: if these are the same series, scores "
            "of rows before that are too good; pass test= or n_windows= for later rows, or refit=True",
            InputWarning,
            stacklevel=4,
        )
