"""Evaluation of a Forecaster: how it is asked, and fitted anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...shared.forecasting.answering import answer
from ...shared.forecasting.backtest import Backtest
from ...shared.forecasting.evaluation import Terms, judge
from ...shared.forecasting.rolling import Contestant
from ...shared.panels.panel import Panel
from .models.build import fresh_model

if TYPE_CHECKING:
    from .forecaster import Forecaster


def run_backtest(forecaster: Forecaster, panel: Panel, horizon: int | None, terms: Terms) -> Backtest:
    """Score every window; see `Forecaster.backtest`. The forecaster itself is not changed."""

    def contestant(fitted: Forecaster, horizon: int, first: int) -> Contestant:
        known = panel.select_rows(slice(0, first))
        intervals = fitted.intervals_for(known, horizon) if terms.levels else None
        return Contestant(
            answer=lambda batch: answer(fitted.model, batch, terms.levels, intervals),
            lookback=fitted.model.lookback(panel.period, horizon),
            minimum=fitted.least_context(panel, horizon),
            batch_size=fitted.settings.batch_size,
        )

    def refitted(horizon: int, rows: int) -> Forecaster:
        fresh = type(forecaster)(fresh_model(forecaster.model), **forecaster.settings.model_dump())
        return fresh.fit(panel.select_rows(slice(0, rows)), horizon)

    model = forecaster.model
    seen = forecaster.seen_until if model.needs_fit else None
    return judge(
        forecaster, panel, horizon, terms,
        name=model.name, seen_until=seen, contestant=contestant, refitted=refitted,
    )  # fmt: skip
