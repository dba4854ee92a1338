"""What Theta, ETS and SARIMAX share: one small model a window, fitted on its context alone."""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import ndtri

from ....shared.errors import note
from ....shared.forecasting.prediction import Prediction
from ....shared.forecasting.windows import Windows
from ....shared.panels.panel import Panel
from .protocol import ForecastModel
from .seasonal_adjustment import season_at, seasonal_slots

LEVELS = (0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975)


class LocalSettings(BaseModel):
    """How much context a local model is fitted on, and with how many processes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seasons: int = Field(8, ge=2)
    """Seasons of context, within 48 and `longest` steps (but never fewer than three seasons)."""
    longest: int = Field(504, ge=8)
    n_jobs: int = Field(1, ge=1)
    """Processes that share the windows of one `predict`."""


@dataclass(frozen=True)
class LocalForecast:
    """Mean and standard deviation of H steps, float64 [H] each."""

    mean: np.ndarray
    deviation: np.ndarray


class LocalModel(ForecastModel):
    """Fits every window on its own context; nothing is learnt beforehand.

    The season is taken off additively where there is one, so that long periods cost nothing. A window
    whose model fails, or forecasts beyond reason, gets the seasonal naive forecast and is told of in an
    InputWarning. The quantiles are normal around the point, with the model's own variance.
    """

    needs_fit = False
    calibration_windows = 200

    def __init__(self, **settings: Any) -> None:
        self.settings = LocalSettings(**settings)

    def lookback(self, period: int, horizon: int) -> int:
        longest = max(self.settings.longest, 3 * period)
        return int(np.clip(self.settings.seasons * period, min(48, longest), longest))

    def minimum(self, period: int, horizon: int) -> int:
        return 3

    def fit(
        self, panel: Panel, *, horizon: int, train: slice, validation: slice, run: Path | None = None
    ) -> None:
        """Nothing to learn."""

    def predict(self, windows: Windows) -> Prediction:
        jobs = min(self.settings.n_jobs, len(windows))
        if jobs > 1:
            parts = [_part(windows, rows) for rows in np.array_split(np.arange(len(windows)), jobs)]
            spawn = multiprocessing.get_context("spawn")  # forking a process with torch threads may hang
            with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
                answers = [answer for part in pool.map(self._forecasts, parts) for answer in part]
        else:
            answers = self._forecasts(windows)
        failed = [row for row, (_, ok) in enumerate(answers) if not ok]
        if failed:
            first = f"series {windows.series[failed[0]]}, cutoff {windows.cutoff[failed[0]]}"
            note(
                f"{self.name} failed on {len(failed)} of {len(windows)} windows (first: {first}); "
                "the seasonal naive forecast stands in"
            )
        shape = (len(windows), windows.horizon)
        mean = np.array([answer.mean for answer, _ in answers]).reshape(shape)
        deviation = np.array([answer.deviation for answer, _ in answers]).reshape(shape)
        quantiles = mean[..., None] + deviation[..., None] * ndtri(LEVELS)
        return Prediction(mean.astype(np.float32), quantiles.astype(np.float32), LEVELS)

    def config(self) -> dict[str, Any]:
        return self.settings.model_dump(mode="json")

    def state(self) -> dict[str, np.ndarray]:
        return {}

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Nothing to restore."""

    def forecast(self, values: np.ndarray, horizon: int, covariates: np.ndarray | None) -> LocalForecast:
        """Forecast a series without season.

        Args:
            values: float64 [n], n >= 3, not constant.
            covariates: float64 [n + horizon, F] known ahead, or None.
        """
        raise NotImplementedError

    def _forecasts(self, windows: Windows) -> list[tuple[LocalForecast, bool]]:
        with _quiet():
            return [self._window(windows, row) for row in range(len(windows))]

    def _window(self, windows: Windows, row: int) -> tuple[LocalForecast, bool]:
        context, seen = windows.context[row].astype(np.float64), windows.observed[row]
        limit = self.lookback(windows.period, windows.horizon)
        start = max(int(seen.argmax()) if seen.any() else 0, len(context) - limit)
        values, horizon = context[start:], windows.horizon
        if len(values) < 3 or np.ptp(values) == 0:
            return LocalForecast(np.full(horizon, values[-1]), np.zeros(horizon)), True
        covariates = None
        if windows.future is not None and "future" in self.reads:
            covariates = windows.future[row, start:].astype(np.float64)
        slots = seasonal_slots(values, windows.period)
        level, scale = float(values.mean()), float(values.std())
        adjusted = (values - season_at(slots, 0, len(values)) - level) / scale
        try:
            answer = self.forecast(adjusted, horizon, covariates)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError, IndexError):
            return _naive(values, horizon, windows.period), False
        if not _sensible(answer, adjusted):
            return _naive(values, horizon, windows.period), False
        season = season_at(slots, len(values), horizon)
        return LocalForecast(answer.mean * scale + level + season, answer.deviation * scale), True


def _sensible(answer: LocalForecast, values: np.ndarray) -> bool:
    """Finite, and no further from the data than ten times their spread."""
    reach = 10 * np.ptp(values)
    finite = np.isfinite(answer.mean).all() and np.isfinite(answer.deviation).all()
    return bool(
        finite and answer.mean.max() < values.max() + reach and answer.mean.min() > values.min() - reach
    )


def _naive(values: np.ndarray, horizon: int, period: int) -> LocalForecast:
    """Seasonal naive with the deviation of its own one-season errors, growing by the season."""
    period = period if len(values) > period else 1
    steps = np.arange(horizon)
    errors = values[period:] - values[:-period]
    spread = np.sqrt(np.mean(errors**2) * (steps // period + 1))
    return LocalForecast(values[-period:][steps % period], spread)


def _part(windows: Windows, rows: np.ndarray) -> Windows:
    taken = {
        name: None if (array := getattr(windows, name)) is None else array[rows]
        for name in ("context", "observed", "series", "cutoff", "past", "future", "static")
    }
    return replace(windows, **taken)


@contextmanager
def _quiet() -> Iterator[None]:
    """The one place that silences statsmodels: convergence and start-value warnings of a single window are
    of no use to anyone who forecasts thousands; what matters, a failed window, is told by `predict`."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
