"""Evaluation of a Forecaster: which rows, which fits, which scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...shared.errors import InputError
from ...shared.forecasting.answering import answer
from ...shared.forecasting.backtest import Backtest
from ...shared.forecasting.fitted_data import warn_of_seen_rows
from ...shared.forecasting.origins import choose_cutoffs
from ...shared.forecasting.rolling import Contestant, roll_over
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
    """Score every window; see `Forecaster.backtest`. The forecaster itself is not changed."""
    if horizon is None:
        raise InputError("horizon", "is not known before the first fit", remedy="Pass horizon=")
    cutoffs = choose_cutoffs(panel, horizon, n_windows=n_windows, step=step, test=test)
    first = int(cutoffs[0]) + 1
    if not refit and forecaster.model.needs_fit:
        warn_of_seen_rows(panel, forecaster.seen_until, first)

    def contestant(fitted: Forecaster) -> Contestant:
        known = panel.select_rows(slice(0, first))
        intervals = fitted.intervals_for(known, horizon) if levels else None
        return Contestant(
            answer=lambda batch: answer(fitted.model, batch, levels, intervals),
            lookback=fitted.model.lookback(panel.period, horizon),
            minimum=fitted.least_context(panel, horizon),
            batch_size=fitted.settings.batch_size,
        )

    return roll_over(
        panel, horizon, cutoffs,
        ((contestant(fitted), part) for fitted, part in _fits(forecaster, panel, horizon, cutoffs, refit)),
        name=forecaster.model.name, levels=levels, standardise=standardise, keep=keep,
    )  # fmt: skip


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
