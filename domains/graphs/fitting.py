"""Fitting: a forecaster learns from some rows, and is calibrated on those held out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...shared.forecasting.calibration import calibrate
from ...shared.forecasting.conformal import ConformalIntervals
from ...shared.forecasting.fitted_data import claim_panel, feature_spec, last_seen
from ...shared.forecasting.splits import last_rows, training_rows
from .fit_record import FitRecord
from .signals.signals import Signals

if TYPE_CHECKING:
    from .forecaster import GraphForecaster


def learn(
    forecaster: GraphForecaster,
    signals: Signals,
    horizon: int,
    *,
    validation: float | int | slice,
    train: slice | None,
    run: Path | None,
) -> None:
    """Train its model, in place, and remember what the data were; see `GraphForecaster.fit`."""
    panel = signals.panel
    held_out = last_rows(validation, panel.n_steps, horizon)
    rows = training_rows(train, held_out, panel.n_steps)
    model = forecaster.model
    claim_panel(run, panel, rows, held_out)
    result = model.fit(signals, forecaster.graph, horizon=horizon, train=rows, validation=held_out, run=run)
    forecaster.record = FitRecord.of(result, panel, rows, held_out)
    forecaster.horizon, forecaster.spec = horizon, feature_spec(panel)
    forecaster.intervals = calibrated(forecaster, signals, held_out, horizon)
    forecaster.seen_until = last_seen(panel, rows, held_out)


def calibrated(
    forecaster: GraphForecaster, signals: Signals, rows: slice, horizon: int
) -> ConformalIntervals | None:
    """Intervals for the model as it is, from its errors on `rows`; None if it has quantiles itself."""
    answers, model = forecaster.answers(signals, horizon), forecaster.model
    return calibrate(
        answers,
        signals.panel,
        rows,
        lookback=model.lookback,
        minimum=model.lookback,
        horizon=horizon,
        most=model.calibration_windows,
        batch_size=forecaster.settings.batch_size * signals.panel.n_series,
        scale=answers.scale,
        whole=True,
    )
