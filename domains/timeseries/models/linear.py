"""Linear: closed-form ridge from a window's past to its future, shared by all series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy.linalg import cho_factor, cho_solve

from ....shared.errors import InputError
from ....shared.forecasting.prediction import Prediction
from ....shared.forecasting.scaling import StandardScaler
from ....shared.forecasting.windows import Windows
from ....shared.panels.panel import Panel
from .protocol import ForecastModel
from .window_moments import WindowMoments

RIDGES = (1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Penalties per window tried on the validation rows (the data are z-scored)."""
UNVALIDATED_RIDGE = 1e-2


class LinearSettings(BaseModel):
    """How far `Linear` looks back and how strongly it is held to zero."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lookback: int | None = Field(None, ge=1)
    """Steps of context; None: 14 seasons, at most 512 steps, fewer where the training rows are few."""
    ridge: float | None = Field(None, gt=0)
    """Penalty per window, ridge * n * I; None: the best of `RIDGES` on the validation rows."""


class Linear(ForecastModel):
    """y - m = (x - m) W with m the mean of the window's context x, one W for all series.

    W minimises the squared error over all training windows (stride 1) of all series, each z-scored
    on its training rows, plus ridge * n * |W|^2. Mean removal makes the forecast follow the level
    and unit of any series: f(a x + b) = a f(x) + b.
    """

    name = "linear"

    def __init__(self, **settings: Any) -> None:
        self.settings = LinearSettings(**settings)
        self.weights = np.zeros((0, 0))
        """float64 [lookback, horizon]."""
        self.ridge = self.settings.ridge

    def lookback(self, period: int, horizon: int) -> int:
        if self.weights.size:
            return len(self.weights)
        return self.settings.lookback or min(14 * period, max(512 // period, 1) * period)

    @property
    def max_horizon(self) -> int | None:  # type: ignore[override]
        return self.weights.shape[1] or None

    def fit(
        self, panel: Panel, *, horizon: int, train: slice, validation: slice, run: Path | None = None
    ) -> None:
        """Solve the normal equations.

        Raises:
            InputError: the training rows hold no window of lookback + horizon steps.
        """
        self.weights = np.zeros((0, 0))
        rows = panel.values[train], panel.observed[train]
        scaler = StandardScaler.fit(*rows)
        lookback = self.settings.lookback or self._affordable(
            self.lookback(panel.period, horizon), rows[1], horizon, panel.period
        )
        moments = window_moments(*rows, scaler, lookback, horizon)
        if not moments.count:
            longest = int(rows[1].sum(axis=0).max(initial=0))
            raise InputError(
                "training rows",
                f"the longest series has {longest} observed steps",
                expected=f"at least {lookback + horizon} (lookback {lookback} + horizon {horizon})",
                remedy="Give more history, or set a smaller lookback or horizon",
            )
        held_out = self._validation_moments(panel, scaler, lookback, horizon, validation)
        self.ridge, self.weights = _solve(moments, lookback, self.settings.ridge, held_out)

    def predict(self, windows: Windows) -> Prediction:
        context = windows.context.astype(np.float64)
        mean = context.mean(axis=1, keepdims=True)
        return Prediction(((context - mean) @ self.weights[:, : windows.horizon] + mean).astype(np.float32))

    def config(self) -> dict[str, Any]:
        return self.settings.model_dump()

    def state(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights}

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        self.weights = np.asarray(state["weights"], dtype=np.float64)

    def _affordable(self, wanted: int, observed: np.ndarray, horizon: int, period: int) -> int:
        """Shrink a lookback nobody asked for, by whole seasons, until there are two windows a weight."""
        lengths = observed.sum(axis=0)
        lookback = wanted
        while lookback > period and np.maximum(lengths - lookback - horizon + 1, 0).sum() < 2 * lookback:
            lookback -= period
        return max(lookback, 1)

    def _validation_moments(
        self, panel: Panel, scaler: StandardScaler, lookback: int, horizon: int, validation: slice
    ) -> WindowMoments | None:
        if validation.stop - validation.start < horizon:
            return None
        rows = slice(max(validation.start - lookback, 0), validation.stop)
        moments = window_moments(panel.values[rows], panel.observed[rows], scaler, lookback, horizon)
        return moments if moments.count else None


def window_moments(
    values: np.ndarray, observed: np.ndarray, scaler: StandardScaler, lookback: int, horizon: int
) -> WindowMoments:
    """Moments of the usable z-scored windows of values [T, N].

    A window is usable when at least half its context and nine tenths of its target are observed;
    what is missing inside is interpolated.
    """
    moments = WindowMoments(lookback + horizon)
    if len(values) < moments.size:
        return moments
    for n in range(values.shape[1]):
        seen = observed[:, n]
        if not seen.any():
            continue
        known = np.flatnonzero(seen)
        filled = np.interp(np.arange(len(seen)), known, scaler.transform(values[known, n], n))
        total = np.concatenate(([0], np.cumsum(seen)))
        middle, starts = total[lookback:-horizon], total[: len(seen) - moments.size + 1]
        context, target = middle - starts, total[moments.size :] - middle
        moments.add(filled, (2 * context >= lookback) & (10 * target >= 9 * horizon))
    return moments


def _solve(
    moments: WindowMoments, lookback: int, ridge: float | None, held_out: WindowMoments | None
) -> tuple[float, np.ndarray]:
    """Ridge and weights [L, H]; an open ridge is the one of least squared error over the held-out windows."""
    gram = moments.centred(lookback)
    if ridge is None and held_out is None:
        ridge = UNVALIDATED_RIDGE
    if ridge is not None:
        return ridge, _weights(gram, lookback, ridge * moments.count)
    assert held_out is not None
    judge = held_out.centred(lookback)
    best: tuple[float, float, np.ndarray] | None = None
    for candidate in RIDGES:
        weights = _weights(gram, lookback, candidate * moments.count)
        error = np.trace(judge[lookback:, lookback:]) + np.sum(
            weights * (judge[:lookback, :lookback] @ weights - 2 * judge[:lookback, lookback:])
        )
        if best is None or error < best[0]:
            best = (float(error), candidate, weights)
    assert best is not None
    return best[1], best[2]


def _weights(gram: np.ndarray, lookback: int, penalty: float) -> np.ndarray:
    system = gram[:lookback, :lookback].copy()
    system.flat[:: lookback + 1] += penalty
    return cho_solve(cho_factor(system, overwrite_a=True, check_finite=False), gram[:lookback, lookback:])
