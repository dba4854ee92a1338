"""CovariateAdapter: any forecasting method learns to use covariates known ahead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ....shared.artifact.named_arrays import below, under
from ....shared.errors import InputError
from ....shared.forecasting.prediction import Prediction
from ....shared.forecasting.windows import Windows
from ....shared.panels.panel import Panel
from .gaussian_process import LENGTHS, GaussianProcess
from .protocol import ForecastModel


class CovariateAdapterSettings(BaseModel):
    """How much history the covariates' effect is learnt from, and when it is believed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    history: int = Field(336, ge=16, le=672)
    """Steps, before the cutoff, with pseudo-forecasts of the base to learn from."""
    held_out: float = Field(0.3, gt=0, lt=1)
    """Share of these, the newest, that decide whether the adapter is used."""
    margin: float = Field(0.03, ge=0, lt=1)
    """The adapter must have a mean absolute error smaller than the base's by this share."""
    outlier: float = Field(4.0, gt=0)
    """Errors further than this many robust deviations from their median are not learnt from."""


class CovariateAdapter(ForecastModel):
    """The base's forecast plus what the covariates explain of its error, per window.

    After TFMAdapter (CIKM 2025): the base forecasts the recent past again, block by block, each from
    what was known at its start; a Gaussian process learns its errors there from the covariates, the
    forecast itself, the last value of the same season slot, the covariates at that time, and the
    position in the season. On the newest blocks, not learnt from, the corrected forecasts must beat
    the base's, otherwise the base's forecast is the answer. (TFMAdapter saves calls of a large base by a
    surrogate in the first stage; here the base itself is cheap enough.)

    `Prediction.components` holds "base" and "covariates", the correction; 0 where it was not believed.
    """

    name = "covariate-adapter"
    calibration_windows = 200

    def __init__(self, base: ForecastModel, **settings: Any) -> None:
        self.base = base
        self.settings = CovariateAdapterSettings(**settings)
        self.needs_fit = base.needs_fit
        self.reads = base.reads | {"future"}

    @property
    def max_horizon(self) -> int | None:  # type: ignore[override]
        return self.base.max_horizon

    def lookback(self, period: int, horizon: int) -> int:
        return self.base.lookback(period, horizon) + self.settings.history

    def minimum(self, period: int, horizon: int) -> int:
        return self.base.minimum(period, horizon)

    def fit(
        self, panel: Panel, *, horizon: int, train: slice, validation: slice, run: Path | None = None
    ) -> None:
        """Fit the base; the covariates' effect is learnt from each window's own history."""
        self.base.fit(panel, horizon=horizon, train=train, validation=validation, run=run)

    def predict(self, windows: Windows) -> Prediction:
        """Forecast every window.

        Raises:
            InputError: there are no covariates, one is not finite, or they do not cover the horizon.
        """
        covariates = _checked(windows)
        blocks = _Blocks.of(self.base, windows, self.settings.history)
        forecasts = self.base.predict(blocks.asked(windows)).point.astype(np.float64)
        pseudo = forecasts.reshape(len(windows), blocks.count + 1, blocks.length)
        ahead = pseudo[:, -1, : windows.horizon]
        correction = np.zeros_like(ahead)
        for row in range(len(windows)):
            correction[row] = self._correction(windows, row, covariates[row], pseudo[row], blocks)
        point = (ahead + correction).astype(np.float32)
        parts = {"base": ahead.astype(np.float32), "covariates": point - ahead.astype(np.float32)}
        return Prediction(point, components=parts)

    def config(self) -> dict[str, Any]:
        return {
            "base": self.base.name,
            "base_config": self.base.config(),
            **self.settings.model_dump(mode="json"),
        }

    def state(self) -> dict[str, np.ndarray]:
        return under("base", self.base.state())

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        self.base.load_state(below("base", state))

    def _correction(
        self, windows: Windows, row: int, covariates: np.ndarray, pseudo: np.ndarray, blocks: _Blocks
    ) -> np.ndarray:
        """What to add to the base's forecast of one window, float64 [H]."""
        nothing = np.zeros(windows.horizon)
        seen = windows.observed[row]
        values = windows.context[row].astype(np.float64)
        first = int(seen.argmax())
        usable = blocks.starts[:-1] - first >= max(self.minimum(windows.period, windows.horizon), 1)
        if usable.sum() < 3 or not seen.any():
            return nothing
        features = _features(values, covariates, pseudo, blocks, windows.period)
        past, future = features[:-1][usable], features[-1][: windows.horizon]
        rows = blocks.rows()[:-1][usable]
        errors = np.where(seen[rows], values[rows] - pseudo[:-1][usable], np.nan)
        held = int(np.clip(round(self.settings.held_out * len(errors)), 1, len(errors) - 2))
        earlier = _ErrorModel.fit(past[:-held], errors[:-held], self.settings.outlier)
        if earlier is None or not self._wins(earlier, past[-held:], errors[-held:]):
            return nothing
        everything = _ErrorModel.fit(past, errors, self.settings.outlier, (earlier.process.length,))
        return nothing if everything is None else everything.predict(future)

    def _wins(self, model: _ErrorModel, features: np.ndarray, errors: np.ndarray) -> bool:
        left = np.abs(errors - model.predict(features.reshape(-1, features.shape[-1])).reshape(errors.shape))
        seen = np.isfinite(errors).any(axis=1)  # a series that ended earlier has no errors in a late block
        if not seen.any():
            return False
        base, ours = np.nanmean(np.abs(errors[seen]), axis=1), np.nanmean(left[seen], axis=1)
        return bool(ours.mean() < (1 - self.settings.margin) * base.mean())


@dataclass(frozen=True)
class _Blocks:
    """Stretches of `length` steps, one after the other, that the base forecasts from their starts.

    The last one starts after the cutoff: the forecast itself.
    """

    count: int
    """Blocks before the cutoff."""
    length: int
    lookback: int
    starts: np.ndarray
    """int [count + 1], index in the context of each block's first step."""

    @classmethod
    def of(cls, base: ForecastModel, windows: Windows, history: int) -> _Blocks:
        context, horizon = windows.context.shape[1], windows.horizon
        length = max(horizon, windows.period)  # for short horizons, a few long blocks rather than many calls
        if base.max_horizon is not None:
            length = max(horizon, min(length, base.max_horizon))
        count = max(min(history, context - 1) // length, 0)
        starts = context - length * np.arange(count, -1, -1)
        return cls(count, length, base.lookback(windows.period, horizon), starts)

    def rows(self) -> np.ndarray:
        """Context index of every step, int [count + 1, length]."""
        return self.starts[:, None] + np.arange(self.length)

    def asked(self, windows: Windows) -> Windows:
        """One window for each block of each row, rows outermost; padded on the left with the first value."""
        index = self.starts[:, None] + np.arange(-self.lookback, 0)
        ahead = self.starts[:, None] + np.arange(-self.lookback, self.length)
        take, repeat = np.maximum(index, 0), self.count + 1
        rows = len(windows)
        back = windows.context.shape[1] - self.starts
        past, future = windows.past, windows.future
        if future is not None:  # a block longer than the horizon: its last covariates go on
            future = future[:, np.clip(ahead, 0, future.shape[1] - 1)].reshape(
                rows * repeat, ahead.shape[1], -1
            )
        return replace(
            windows,
            context=windows.context[:, take].reshape(rows * repeat, -1),
            observed=(windows.observed[:, take] & (index >= 0)).reshape(rows * repeat, -1),
            series=np.repeat(windows.series, repeat),
            cutoff=(windows.cutoff[:, None] - back).reshape(-1),
            horizon=self.length,
            past=None if past is None else past[:, take].reshape(rows * repeat, self.lookback, -1),
            future=future,
            static=None if windows.static is None else np.repeat(windows.static, repeat, axis=0),
        )


@dataclass(frozen=True)
class _ErrorModel:
    """The base's errors as a function of features, guarded against outliers on both sides."""

    process: GaussianProcess
    center: np.ndarray
    scale: np.ndarray
    unit: float
    level: float
    largest: float

    @classmethod
    def fit(
        cls,
        features: np.ndarray,
        errors: np.ndarray,
        outlier: float,
        lengths: tuple[float | None, ...] = LENGTHS,
    ) -> _ErrorModel | None:
        """From features [blocks, steps, d] and errors [blocks, steps], NaN where unknown; None if too few."""
        points, targets = features.reshape(-1, features.shape[-1]), errors.reshape(-1)
        known = np.isfinite(targets)
        if known.any():
            middle = np.median(targets[known])
            spread = 1.4826 * np.median(np.abs(targets[known] - middle))
            if spread > 0:
                known &= np.abs(np.where(known, targets, middle) - middle) <= outlier * spread
        points, targets = points[known], targets[known]
        if len(targets) < 12 or targets.std() == 0:
            return None
        center, scale = points.mean(axis=0), points.std(axis=0)
        scale = np.where(scale > 1e-9 * np.maximum(np.abs(center), 1e-30), scale, np.inf)
        level, unit = float(targets.mean()), float(targets.std())
        process = GaussianProcess.fit((points - center) / scale, (targets - level) / unit, lengths)
        return cls(process, center, scale, unit, level, float(np.abs(targets).max()))

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Errors expected at features [m, d], never larger than the largest learnt from."""
        points = np.clip((features - self.center) / self.scale, -6.0, 6.0)
        return np.clip(self.level + self.unit * self.process.predict(points), -self.largest, self.largest)


def _features(
    values: np.ndarray, covariates: np.ndarray, pseudo: np.ndarray, blocks: _Blocks, period: int
) -> np.ndarray:
    """float64 [count + 1, length, 2 F + 4]: covariates now and at the last same slot known, forecast,
    value at that slot, and the place in the season as sine and cosine."""
    rows = blocks.rows()
    steps = np.arange(blocks.length)
    slot = np.maximum(rows - period * (steps // period + 1), 0)
    now = covariates[np.minimum(rows, len(covariates) - 1)]
    angle = 2 * np.pi * (rows % period) / period
    plain = np.stack([pseudo, values[slot], np.sin(angle), np.cos(angle)], axis=-1)
    return np.concatenate([now, covariates[slot], plain], axis=-1)


def _checked(windows: Windows) -> np.ndarray:
    """The covariates, float64 [B, L + H, F]."""
    if windows.future is None or not windows.future.shape[-1]:
        raise InputError(
            "future", "no covariates known ahead are given", remedy="Give some, or use the base by itself"
        )
    expected = windows.context.shape[1] + windows.horizon
    if windows.future.shape[1] != expected:
        raise InputError(
            "future",
            f"{windows.future.shape[1]} steps of covariates",
            expected=f"{expected}: the context's and one for each of the {windows.horizon} steps ahead",
            remedy="Give the covariates of every step of the horizon",
        )
    wrong = np.argwhere(~np.isfinite(windows.future))
    if len(wrong):
        row, step, column = (int(part) for part in wrong[0])
        place = int(windows.cutoff[row]) - windows.context.shape[1] + 1 + step
        raise InputError(
            "future",
            f"covariate {column} is not a finite number in {len(wrong)} places",
            where=f"series {int(windows.series[row])}, row {place}",
            remedy="Fill the covariates before forecasting",
        )
    return windows.future.astype(np.float64)
