"""Forecaster: what a person holds. Data in, forecasts out, whatever the model."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...shared.errors import InputError, InputWarning
from ...shared.forecasting.answering import answer
from ...shared.forecasting.calibration import calibrate
from ...shared.forecasting.conformal import ConformalIntervals
from ...shared.forecasting.forecast import Forecast
from ...shared.forecasting.origins import batches
from ...shared.forecasting.windows import gather_windows, observed_steps
from ...shared.panels.panel import Panel
from .forecaster_settings import ForecasterSettings
from .models.build import build_model
from .models.protocol import ForecastModel


class Forecaster:
    """A model with data, time, intervals and files around it.

    Args:
        model: a name (see `build_model`) or a model.
        model_settings: settings of a model given by name.
        settings: fields of `ForecasterSettings` (columns, frequency, missing values ...).
    """

    def __init__(
        self,
        model: str | ForecastModel = "linear",
        *,
        model_settings: dict[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self.settings = ForecasterSettings(**settings)
        self.model = build_model(model, **(model_settings or {})) if isinstance(model, str) else model
        self.horizon: int | None = None
        self.spec: dict[str, Any] | None = None
        """Frequency, period and covariates of the data it was fitted on."""
        self.intervals: ConformalIntervals | None = None

    def fit(
        self,
        data: Any,
        horizon: int,
        *,
        validation: float | int | slice = 0.2,
        train: slice | None = None,
        run: Path | None = None,
    ) -> Forecaster:
        """Learn from data, and calibrate intervals on its last rows.

        Args:
            data: a long or wide frame, xarray, numpy or a Panel.
            horizon: steps ahead that will be asked for.
            validation: rows held out to choose and calibrate by: a share or number of last rows, or a slice.
            train: rows to learn from; None: all before `validation`.
            run: folder for models that train by gradient.

        Raises:
            InputError: the data are unfit for the model; says what is needed.
        """
        panel = self.settings.read(data)
        held_out = _held_out(validation, panel.n_steps, horizon)
        rows = train or slice(0, held_out.start)
        self.model.fit(panel, horizon=horizon, train=rows, validation=held_out, run=run)
        self.horizon = horizon
        self.spec = _spec(panel)
        self.intervals = self._calibrate(panel, held_out, horizon)
        return self

    def predict(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        levels: Sequence[float] = (),
        quantiles: Sequence[float] = (),
    ) -> Forecast:
        """Forecast the steps after each series' last observed value.

        Args:
            data: the history, as for `fit`.
            horizon: steps ahead; None: the fitted horizon.
            levels: central intervals in percent, such as (80, 95).
            quantiles: probabilities, instead of or besides `levels`.
        """
        panel = self.settings.read(data)
        horizon = self._horizon(horizon)
        probabilities = _probabilities(levels, quantiles)
        rows = panel.last_rows()
        series = self._long_enough(panel, rows, horizon)
        return self._forecast(panel, rows[None], series, horizon, probabilities)

    def _forecast(
        self, panel: Panel, rows: np.ndarray, series: np.ndarray, horizon: int, levels: tuple[float, ...]
    ) -> Forecast:
        lookback = self.model.lookback(panel.period, horizon)
        values = np.zeros((1, horizon, panel.n_series), dtype=np.float32)
        spread = np.zeros((*values.shape, len(levels)), dtype=np.float32)
        components: dict[str, np.ndarray] = {}
        intervals = (
            self.intervals if self.intervals is not None or not levels else self._own_errors(panel, horizon)
        )
        for batch in batches(len(series), self.settings.batch_size):
            chosen = series[batch]
            windows = gather_windows(panel, chosen, rows[0, chosen], lookback, horizon)
            prediction = answer(self.model, windows, levels, intervals)
            values[0][:, chosen] = prediction.point.T
            if prediction.quantiles is not None:
                spread[0][:, chosen] = prediction.quantiles.transpose(1, 0, 2)
            for name, part in prediction.components.items():
                components.setdefault(name, np.zeros_like(values))[0][:, chosen] = part.T
        present = np.full_like(rows, -1)
        present[:, series] = rows[:, series]
        return Forecast(
            self.model.name, values, present, panel, spread if levels else None, levels, components
        )

    def _horizon(self, horizon: int | None) -> int:
        wanted = horizon if horizon is not None else self.horizon
        if wanted is None or wanted < 1:
            raise InputError("horizon", f"{wanted} is not a number of steps", expected="1 or more")
        if self.model.needs_fit and self.horizon is None:
            raise InputError(
                "model", f"{self.model.name} is not fitted", remedy="Call fit, or load a fitted one"
            )
        longest = self.model.max_horizon
        if longest is not None and wanted > longest:
            warnings.warn(
                f"horizon {wanted} is beyond the trained {longest}: forecasts are fed back to go on, "
                "intervals of the later steps are rough",
                InputWarning,
                stacklevel=3,
            )
        return wanted

    def _long_enough(self, panel: Panel, rows: np.ndarray, horizon: int) -> np.ndarray:
        """Series (int64) with enough context at `rows`, by the policies `pad` and `short`."""
        everyone = np.arange(panel.n_series)
        needed = self.model.minimum(panel.period, horizon)
        steps = observed_steps(panel, everyone, rows)
        short = everyone[steps < (1 if self.settings.pad == "edge" else needed)]
        if not len(short):
            return everyone
        named = ", ".join(f"{panel.series[n]!r} ({steps[n]})" for n in short[:5])
        problem = f"{len(short)} series too short for {self.model.name}: {named}"
        if self.settings.short == "raise" or len(short) == len(everyone):
            raise InputError(
                "data",
                problem,
                expected=f"at least {needed} steps",
                remedy='Give more history, pad="edge" to repeat the first value, or short="skip"',
            )
        warnings.warn(f"{problem}, needs {needed} steps; left out", InputWarning, stacklevel=3)
        return np.setdiff1d(everyone, short)

    def _calibrate(self, panel: Panel, rows: slice, horizon: int) -> ConformalIntervals | None:
        return calibrate(
            self.model,
            panel,
            rows,
            lookback=self.model.lookback(panel.period, horizon),
            minimum=self.model.minimum(panel.period, horizon),
            horizon=horizon,
            batch_size=self.settings.batch_size,
        )

    def _own_errors(self, panel: Panel, horizon: int) -> ConformalIntervals | None:
        """Intervals of a model that learns nothing, whose past forecasts of these very data are held out."""
        return None if self.model.needs_fit else self._calibrate(panel, slice(0, panel.n_steps), horizon)


def _held_out(validation: float | int | slice, steps: int, horizon: int) -> slice:
    if isinstance(validation, slice):
        start, stop, _ = validation.indices(steps)
        return slice(start, stop)
    rows = validation if isinstance(validation, int) else int(validation * steps)
    return slice(steps - rows, steps) if horizon <= rows < steps else slice(steps, steps)


def _spec(panel: Panel) -> dict[str, Any]:
    return {
        "freq": panel.freq,
        "period": panel.period,
        "past": list(panel.past),
        "future": list(panel.future),
        "static": list(panel.static),
    }


def _probabilities(levels: Sequence[float], quantiles: Sequence[float]) -> tuple[float, ...]:
    """Ascending probabilities of central intervals (percent) and quantiles together."""
    for level in levels:
        if not 0 < level < 100:
            raise InputError("levels", f"{level} is not a level", expected="percent between 0 and 100")
    for quantile in quantiles:
        if not 0 < quantile < 1:
            raise InputError("quantiles", f"{quantile} is not a quantile", expected="between 0 and 1")
    both = [q for level in levels for q in ((100 - level) / 200, (100 + level) / 200)] + list(quantiles)
    return tuple(sorted({round(q, 9) for q in both}))
