"""Prediction: the steps after the end of some signals, forecast for every node at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...shared.errors import InputError
from ...shared.forecasting.answering import answer
from ...shared.forecasting.backtest import ForecastTable
from ...shared.forecasting.forecast import Forecast
from ...shared.forecasting.future_rows import require_future
from ...shared.forecasting.windows import gather_windows
from .future_channels import attach_ahead
from .signals.signals import Signals

if TYPE_CHECKING:
    from .forecaster import GraphForecaster


def predicted(
    forecaster: GraphForecaster,
    signals: Signals,
    horizon: int,
    graph: Any,
    future: Any,
    probabilities: tuple[float, ...],
) -> Forecast:
    """See `GraphForecaster.predict`."""
    model = forecaster.model
    if future is not None:
        if not signals.panel.future:
            raise InputError(
                "future",
                "is given, but no column of the data is known ahead",
                remedy="Name such columns with future= when making the forecaster",
            )
        signals = attach_ahead(signals, future, horizon)
    panel = signals.panel
    rows = np.full(panel.n_series, int(panel.last_rows().max()), dtype=np.int64)
    model.require_history(int(rows[0]) + 1)
    require_future(panel, rows, horizon)
    answers = forecaster.answers(signals, horizon, graph)
    windows = gather_windows(panel, np.arange(panel.n_series), rows, model.lookback, horizon)
    prediction = answer(answers, windows, probabilities, forecaster.intervals, scale=answers.scale)
    table = ForecastTable(panel, rows[:1], horizon, probabilities)
    table.put(windows.series, rows, prediction)
    return table.forecast(model.name)
