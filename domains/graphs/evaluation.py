"""Evaluation of a GraphForecaster: which rows, which fits, which scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...shared.errors import InputError
from ...shared.forecasting.answering import answer
from ...shared.forecasting.backtest import Backtest
from ...shared.forecasting.fitted_data import warn_of_seen_rows
from ...shared.forecasting.origins import choose_cutoffs
from ...shared.forecasting.rolling import Contestant, roll_over
from .signals.signals import Signals

if TYPE_CHECKING:
    from .forecaster import GraphForecaster


def run_backtest(
    forecaster: GraphForecaster,
    signals: Signals,
    horizon: int | None,
    graph: Any,
    *,
    n_windows: int | None,
    step: int,
    test: float | int | slice,
    refit: int,
    levels: tuple[float, ...],
    standardise: bool | slice,
    keep: bool,
) -> Backtest:
    """Score every window; see `GraphForecaster.backtest`. The forecaster itself is not changed."""
    if horizon is None:
        raise InputError("horizon", "is not known before the first fit", remedy="Pass horizon=")
    panel = signals.panel
    cutoffs = choose_cutoffs(panel, horizon, n_windows=n_windows, step=step, test=test)
    if not refit:
        warn_of_seen_rows(panel, forecaster.seen_until, int(cutoffs[0]) + 1)

    def contestant(fitted: GraphForecaster) -> Contestant:
        answers = fitted.answers(signals, horizon, graph)
        return Contestant(
            answer=lambda batch: answer(answers, batch, levels, fitted.intervals, scale=answers.scale),
            lookback=fitted.model.lookback,
            minimum=fitted.model.lookback,
            batch_size=fitted.settings.batch_size * panel.n_series,
            whole=True,
        )

    fits = _fits(forecaster, signals, horizon, graph, cutoffs, refit)
    return roll_over(
        panel, horizon, cutoffs, ((contestant(fitted), part) for fitted, part in fits),
        name=forecaster.model.name, levels=levels, standardise=standardise, keep=keep,
    )  # fmt: skip


def _fits(
    forecaster: GraphForecaster,
    signals: Signals,
    horizon: int,
    graph: Any,
    cutoffs: np.ndarray,
    refit: int,
) -> Iterator[tuple[GraphForecaster, np.ndarray]]:
    """The forecaster with all cutoffs, or one fitted anew for each `refit` cutoffs on what was known then."""
    if not refit:
        yield forecaster, cutoffs
        return
    for start in range(0, len(cutoffs), refit):
        part = cutoffs[start : start + refit]
        fresh = type(forecaster)(
            forecaster.model.name,
            model_settings=forecaster.model.config(),
            **forecaster.settings.model_dump(),
        )
        known = replace(signals, panel=signals.panel.select_rows(slice(0, int(part[0]) + 1)))
        yield fresh.fit(known, forecaster.graph if graph is None else graph, horizon), part
