"""Forecasters of both kinds as a comparison asks them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...shared.forecasting.answering import answer
from ...shared.forecasting.rolling import Contestant
from ...shared.panels.panel import Panel

if TYPE_CHECKING:
    from ...domains.graphs.forecaster import GraphForecaster
    from ...domains.graphs.signals.signals import Signals
    from ...domains.timeseries.forecaster import Forecaster


@dataclass(frozen=True)
class Entrant:
    """A fitted model that takes part in a comparison."""

    ask: Callable[[tuple[float, ...]], Contestant]
    """As a backtest asks it, for quantiles at these probabilities."""
    minimum: int
    """Steps a series must have."""
    seconds: float
    """Time the fit took."""
    lookback: int | None = None
    """Steps that must hold an observation; None: it can do without, from the neighbours' values."""


def series_entrant(forecaster: Forecaster, panel: Panel, horizon: int, seconds: float) -> Entrant:
    """A forecaster of single series."""
    minimum = forecaster.model.minimum(panel.period, horizon)
    lookback = forecaster.model.lookback(panel.period, horizon)

    def ask(levels: tuple[float, ...]) -> Contestant:
        return Contestant(
            answer=lambda windows: answer(forecaster.model, windows, levels, forecaster.intervals),
            lookback=lookback,
            minimum=minimum,
            batch_size=forecaster.settings.batch_size,
        )

    return Entrant(ask, minimum, seconds, lookback)


def graph_entrant(forecaster: GraphForecaster, signals: Signals, horizon: int, seconds: float) -> Entrant:
    """A forecaster of whole graphs; `signals` hold its nodes, in any order."""
    answers = forecaster.answers(signals, horizon)

    def ask(levels: tuple[float, ...]) -> Contestant:
        return Contestant(
            answer=lambda windows: answer(
                answers, windows, levels, forecaster.intervals, scale=answers.scale
            ),
            lookback=forecaster.model.lookback,
            minimum=forecaster.model.lookback,
            batch_size=forecaster.settings.batch_size * signals.panel.n_series,
            whole=True,
        )

    return Entrant(ask, forecaster.model.lookback, seconds)
