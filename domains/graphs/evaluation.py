"""Evaluation of a GraphForecaster: how it is asked, and fitted anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...shared.forecasting.answering import answer
from ...shared.forecasting.backtest import Backtest
from ...shared.forecasting.evaluation import Terms, judge
from ...shared.forecasting.rolling import Contestant
from .signals.signals import Signals

if TYPE_CHECKING:
    from .forecaster import GraphForecaster


def run_backtest(
    forecaster: GraphForecaster, signals: Signals, horizon: int, graph: Any, terms: Terms
) -> Backtest:
    """Score every window; see `GraphForecaster.backtest`. The forecaster itself is not changed."""
    panel = signals.panel

    def contestant(fitted: GraphForecaster, horizon: int, first: int) -> Contestant:
        answers = fitted.answers(signals, horizon, graph)
        return Contestant(
            answer=lambda batch: answer(answers, batch, terms.levels, fitted.intervals, scale=answers.scale),
            lookback=fitted.model.lookback,
            minimum=fitted.model.lookback,
            batch_size=fitted.settings.batch_size * panel.n_series,
            whole=True,
        )

    def refitted(horizon: int, rows: int) -> GraphForecaster:
        model = forecaster.model
        fresh = type(forecaster)(
            model.name, model_settings=model.config(), **forecaster.settings.model_dump()
        )
        known = replace(signals, panel=panel.select_rows(slice(0, rows)))
        return fresh.fit(known, forecaster.graph if graph is None else graph, horizon)

    return judge(
        forecaster, panel, horizon, terms,
        name=forecaster.model.name, seen_until=forecaster.seen_until,
        contestant=contestant, refitted=refitted,
    )  # fmt: skip
