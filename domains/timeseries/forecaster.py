"""Forecaster: what a person holds. Data in, forecasts out, whatever the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...shared.errors import InputError
from ...shared.forecasting.backtest import Backtest
from ...shared.forecasting.calibration import calibrate
from ...shared.forecasting.conformal import ConformalIntervals
from ...shared.forecasting.evaluation import Terms
from ...shared.forecasting.fitted_data import claim_panel, feature_spec, last_seen, require_spec
from ...shared.forecasting.forecast import Forecast
from ...shared.forecasting.future_rows import require_future
from ...shared.forecasting.horizon import finetune_horizon, require_horizon, warn_beyond
from ...shared.forecasting.metrics import Scores
from ...shared.forecasting.probabilities import central_probabilities
from ...shared.forecasting.splits import last_rows, training_rows
from ...shared.panels.future_frame import attach_future
from ...shared.panels.panel import Panel
from ...shared.settings_check import as_mapping, checked
from .fitness import long_enough, readable
from .forecaster_settings import ForecasterSettings
from .joint_prediction import Planned, forecast_planned
from .models.build import build_model, fresh_model
from .models.protocol import ForecastModel

if TYPE_CHECKING:
    import xarray as xr

    from ...shared.artifact.card import ModelCard


class Forecaster:
    """A model with data, time, intervals and files around it.

    Args:
        model: a name (`models.build.NAMES`) or a model.
        model_settings: settings of a model given by name.
        settings: fields of `ForecasterSettings` (columns, frequency, missing values ...).

    Raises:
        InputError: no model has this name, or a setting is unknown or wrong.
    """

    def __init__(
        self,
        model: str | ForecastModel = "tempo-zero",
        *,
        model_settings: dict[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self.settings = checked(ForecasterSettings, settings, "Forecaster")
        self.model = (
            build_model(model, **as_mapping("model_settings", model_settings))
            if isinstance(model, str)
            else model
        )
        self.horizon: int | None = None
        self.spec: dict[str, Any] | None = None
        """Frequency, period and covariates of the data it was fitted on; None: it takes any."""
        self.intervals: ConformalIntervals | None = None
        self.seen_until: str | None = None
        """Time of the last row used in fitting, those held out included."""

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

        A second `fit` starts anew; `finetune` goes on from what is learnt.

        Args:
            data: whatever `read_panel` reads.
            horizon: steps ahead that will be asked for.
            validation: rows held out to choose and calibrate by: a share or number of last rows, or a slice.
            train: rows to learn from, none of `validation`; None: all before it.
            run: folder for models that train by gradient; fitting again with the same one resumes.

        Raises:
            InputError: the data are unfit for the model; says what is needed. What was fitted before stays.
        """
        panel, before = self.settings.read(data), self.model
        if self.horizon is not None and self.model.needs_fit:
            self.model = fresh_model(self.model)
        try:
            return self._learn(panel, horizon, validation, train, run)
        except BaseException:
            self.model = before
            raise

    def finetune(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        validation: float | int | slice = 0.2,
        train: slice | None = None,
        run: Path | None = None,
    ) -> Forecaster:
        """Go on learning from other data, in place. Arguments as for `fit`; the horizon stays what it was.

        Methods with a closed form have nothing to go on from and are fitted anew.
        """
        horizon = finetune_horizon(horizon, self.horizon, self.model.max_horizon)
        return self._learn(self.settings.read(data), horizon, validation, train, run)

    def predict(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        future: Any = None,
        levels: Sequence[float] = (),
        quantiles: Sequence[float] = (),
    ) -> Forecast:
        """Forecast the steps after each series' last observed value.

        Args:
            data: the history, as for `fit`.
            horizon: steps ahead; None: the fitted horizon. Beyond the longest the model was trained for,
                forecasts are fed back as history, with a warning.
            future: long frame with the future covariates of these steps.
            levels: central intervals in percent, such as (80, 95).
            quantiles: probabilities, instead of or besides `levels`.

        Raises:
            InputError: not fitted, series too short, covariates missing, or data of another kind.
            NonFinite: the model answered NaN or infinity.
        """
        plan = self.plan(data, horizon, future=future, levels=levels, quantiles=quantiles)
        return forecast_planned(self.model, plan, self.settings.batch_size)

    def plan(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        future: Any = None,
        levels: Sequence[float] = (),
        quantiles: Sequence[float] = (),
    ) -> Planned:
        """What `predict` checks before it asks the model; see `joint_prediction`."""
        horizon = self._horizon(horizon)
        panel = self._read(data)
        # Where the model reads no covariates, those that the settings name are left out already.
        if future is not None and (panel.future or not self.settings.future):
            panel = attach_future(panel, future, horizon)
        probabilities = central_probabilities(levels, quantiles)
        rows = panel.last_rows()
        series = long_enough(
            panel, rows, self.model.minimum(panel.period, horizon), self.settings, self.model.name
        )
        left_out = np.ones(panel.n_series, bool)
        left_out[series] = False
        rows = np.where(left_out, -1, rows)
        require_future(panel, rows, horizon)
        intervals = self.intervals_for(panel, horizon) if probabilities else None
        lookback = self.model.lookback(panel.period, horizon)
        return Planned(panel, horizon, lookback, probabilities, series, rows, intervals)

    def backtest(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        n_windows: int | None = None,
        step: int = 1,
        test: float | int | slice = 0.2,
        refit: bool | int = False,
        levels: Sequence[float] = (80,),
        standardise: bool | slice = False,
    ) -> Backtest:
        """Forecast from many past cutoffs, and score: `evaluate` with the forecasts kept.

        Args:
            n_windows: cutoffs `step` rows apart, the last `horizon` rows before the end; None: all of `test`
            test: rows to forecast: a share or number of last rows, or a slice.
            refit: fit anew on the rows before each cutoff (or before every k-th), so that nothing
                forecast has been learnt from.
            levels: central intervals in percent.
            standardise: scores of z-scored data, by the deviations of the rows before the first forecast, or
                of the rows in a slice (the ETT benchmark: those trained on).

        Raises:
            InputError: as `predict`; or no window fits.
        """
        from .evaluation import run_backtest

        wanted = self._horizon(horizon) if not refit else (horizon or self.horizon)
        shares = central_probabilities(levels, ())
        terms = Terms(test, step, shares, standardise, n_windows, refit=int(refit), keep=True)
        return run_backtest(self, self._read(data), wanted, terms)

    def evaluate(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        step: int = 1,
        test: float | int | slice = 0.2,
        levels: Sequence[float] = (80,),
        standardise: bool | slice = False,
    ) -> Scores:
        """Score all windows whose targets lie in `test`; arguments as for `backtest`.

        Returns:
            Scores, with `overall()`, `by_lead()` and `by_series()`.
        """
        from .evaluation import run_backtest

        terms = Terms(test, step, central_probabilities(levels, ()), standardise)
        return run_backtest(self, self._read(data), self._horizon(horizon), terms).scores

    def decompose(self, data: Any) -> xr.Dataset:
        """Trend, season and residual of the whole history by STL; see `history_parts`."""
        from .history_parts import history_parts

        return history_parts(self.settings.read(data))

    def save(self, folder: str | Path, card: ModelCard | None = None) -> Path:
        """Write settings, weights and card to `folder`, whole or not at all."""
        from .forecaster_files import save_forecaster

        return save_forecaster(self, folder, card)

    @classmethod
    def load(cls, name_or_folder: str | Path, **settings: Any) -> Forecaster:
        """A saved or shipped forecaster ("tempo-zero"); `settings` replace those it was saved with.

        Raises:
            InputError: there is none, or it is damaged or of another kind.
        """
        from .forecaster_files import load_forecaster

        return load_forecaster(cls, name_or_folder, settings)

    def _learn(
        self,
        panel: Panel,
        horizon: int,
        validation: float | int | slice,
        train: slice | None,
        run: Path | None,
    ) -> Forecaster:
        require_horizon(horizon)
        spec = feature_spec(panel)
        panel = readable(panel, self.model)
        held_out = last_rows(validation, panel.n_steps, horizon)
        rows = training_rows(train, held_out, panel.n_steps)
        claim_panel(run, panel, rows, held_out)
        self.model.fit(panel, horizon=horizon, train=rows, validation=held_out, run=run)
        intervals = self.calibrated(panel, held_out, horizon)
        self.horizon, self.spec, self.intervals = horizon, spec, intervals
        self.seen_until = last_seen(panel, rows, held_out)
        return self

    def _read(self, data: Any) -> Panel:
        panel = self.settings.read(data)
        require_spec(self.spec, panel)
        return readable(panel, self.model)

    def _horizon(self, horizon: int | None) -> int:
        if self.model.needs_fit and self.horizon is None:
            raise InputError(
                "model", f"{self.model.name} is not fitted", remedy="Call fit, or load a fitted one"
            )
        wanted = require_horizon(horizon if horizon is not None else self.horizon)
        warn_beyond(wanted, self.model.max_horizon)
        return wanted

    def intervals_for(self, panel: Panel, horizon: int) -> ConformalIntervals | None:
        """Those calibrated in `fit`; a model that learns nothing is calibrated on the data at hand,
        as all its past forecasts are held out."""
        if self.intervals is not None or self.model.needs_fit:
            return self.intervals
        return self.calibrated(panel, slice(0, panel.n_steps), horizon)

    def calibrated(self, panel: Panel, rows: slice, horizon: int) -> ConformalIntervals | None:
        """Intervals for the model as it is, from its errors on `rows`; None if it has quantiles itself."""
        if self.model.gives_quantiles:
            return None
        return calibrate(
            self.model,
            panel,
            rows,
            lookback=self.model.lookback(panel.period, horizon),
            minimum=self.least_context(panel, horizon),
            horizon=horizon,
            most=self.model.calibration_windows,
            batch_size=self.settings.batch_size,
        )

    def least_context(self, panel: Panel, horizon: int) -> int:
        """Steps a series must have to be forecast, by the model and the policy `pad`."""
        return 1 if self.settings.pad == "edge" else self.model.minimum(panel.period, horizon)
