"""Forecasts of several tables by one call of the model, each what it would be by itself."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from ...shared.forecasting.answering import answer
from ...shared.forecasting.backtest import ForecastTable
from ...shared.forecasting.conformal import ConformalIntervals
from ...shared.forecasting.forecast import Forecast
from ...shared.forecasting.origins import batches
from ...shared.forecasting.prediction import Prediction
from ...shared.forecasting.windows import Windows, gather_windows
from ...shared.panels.panel import Panel

if TYPE_CHECKING:
    from .models.protocol import ForecastModel

EVERYTHING = slice(None)


@dataclass(frozen=True)
class Planned:
    """A table that is checked and ready to be forecast."""

    panel: Panel
    horizon: int
    lookback: int
    probabilities: tuple[float, ...]
    series: np.ndarray
    """int64 [S], the columns of the panel to forecast."""
    rows: np.ndarray
    """int64 [N], row of each series' last known step; -1 for those left out."""
    intervals: ConformalIntervals | None

    @property
    def alike(self) -> Hashable:
        """Equal for tables that one call of the model can answer."""
        panel = self.panel
        covariates = tuple(panel.past), tuple(panel.future), tuple(panel.static)
        return (
            self.horizon, self.lookback, self.probabilities, panel.period, covariates, id(self.intervals),
        )  # fmt: skip

    def windows(self, batch: slice = EVERYTHING) -> Windows:
        """The contexts of the chosen series."""
        chosen = self.series[batch]
        return gather_windows(self.panel, chosen, self.rows[chosen], self.lookback, self.horizon)

    def table(self) -> ForecastTable:
        """An empty one for the answers."""
        return ForecastTable(self.panel, np.zeros(1, dtype=np.int64), self.horizon, self.probabilities)

    def put(self, table: ForecastTable, prediction: Prediction, batch: slice = EVERYTHING) -> None:
        """Enter the answers to `windows(batch)`."""
        chosen = self.series[batch]
        table.put(chosen, self.rows[chosen], prediction, np.zeros(len(chosen), dtype=np.int64))


def forecast_planned(model: ForecastModel, plan: Planned, batch_size: int) -> Forecast:
    """The forecast of one table, so many windows at a time.

    Raises:
        NonFinite: the model answered NaN or infinity.
    """
    table = plan.table()
    for batch in batches(len(plan.series), batch_size):
        plan.put(table, answer(model, plan.windows(batch), plan.probabilities, plan.intervals), batch)
    return table.forecast(model.name)


def forecast_together(model: ForecastModel, planned: Sequence[Planned]) -> list[Forecast | Exception]:
    """The forecast of every table, or what is wrong with it alone; all must be `alike`."""
    windows = [plan.windows() for plan in planned]
    together = answer(model, _joined(windows), planned[0].probabilities, planned[0].intervals)
    answers: list[Forecast | Exception] = []
    start = 0
    for plan in planned:
        stop = start + len(plan.series)
        table = plan.table()
        plan.put(table, _part(together, slice(start, stop)))
        start = stop
        try:
            answers.append(table.forecast(model.name))
        except ValueError as error:  # a value that is not finite
            answers.append(error)
    return answers


def _joined(parts: Sequence[Windows]) -> Windows:
    """All windows in one batch; horizon, period and covariates are those of the first."""
    joined: dict[str, Any] = {}
    for field in fields(Windows):
        values = [getattr(part, field.name) for part in parts]
        arrays = isinstance(values[0], np.ndarray)
        joined[field.name] = np.concatenate(values) if arrays else values[0]
    return Windows(**joined)


def _part(prediction: Prediction, rows: slice) -> Prediction:
    quantiles = prediction.quantiles
    return Prediction(
        point=prediction.point[rows],
        quantiles=None if quantiles is None else quantiles[rows],
        levels=prediction.levels,
        components={name: part[rows] for name, part in prediction.components.items()},
    )
