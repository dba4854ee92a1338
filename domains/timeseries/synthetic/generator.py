"""Synthetic series of many kinds, fast: the pretraining material of the zero-shot forecaster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ....shared.errors import InputError
from . import families
from .chaos import chaos_like

Family = Callable[[np.random.Generator, int, int], tuple[np.ndarray, np.ndarray]]

FAMILIES: dict[str, Family] = {
    "load": families.load_like,
    "seasonal": families.seasonal_like,
    "gaussian_process": families.gaussian_process_like,
    "walk": families.exchange_like,
    "autoregressive": families.autoregressive_like,
    "economic": families.economic_like,
    "weather": families.weather_like,
    "counts": families.count_like,
    "intermittent": families.intermittent_like,
    "events": families.event_like,
    "chaos": chaos_like,
}


class FamilyWeights(BaseModel):
    """Relative shares of the kinds of series."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    load: float = Field(default=0.24, ge=0)
    seasonal: float = Field(default=0.13, ge=0)
    gaussian_process: float = Field(default=0.15, ge=0)
    walk: float = Field(default=0.14, ge=0)
    autoregressive: float = Field(default=0.05, ge=0)
    economic: float = Field(default=0.07, ge=0)
    weather: float = Field(default=0.1, ge=0)
    counts: float = Field(default=0.05, ge=0)
    intermittent: float = Field(default=0.03, ge=0)
    events: float = Field(default=0.04, ge=0)
    chaos: float = Field(default=0.03, ge=0)


@dataclass(frozen=True)
class SyntheticBatch:
    """n generated series of equal length."""

    values: np.ndarray
    """float32 [n, length], finite; 0 where unobserved."""
    period: np.ndarray
    """int64 [n], steps in the main season a user would name; 1 for none."""
    observed: np.ndarray
    """bool [n, length]."""


class SyntheticSeries(BaseModel):
    """Draws series from a weighted choice of families; the same generator state gives the same series."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: FamilyWeights = FamilyWeights()
    missing_share: float = Field(default=0.08, ge=0, le=1)
    """Share of series with missing stretches."""
    level_share: float = Field(default=0.5, ge=0, le=1)
    """Share of series lifted by a random level, so that values are far from 0 against their spread."""

    def sample(self, rng: np.random.Generator, n: int, length: int) -> SyntheticBatch:
        """n series of `length` steps.

        Raises:
            InputError: when n or length is below 1 or 8, or all weights are 0.
        """
        if n < 1 or length < 8:
            raise InputError("length" if n >= 1 else "n", "too small", expected="n >= 1 and length >= 8")
        values, period = self._families(rng, n, length)
        values = self._on_a_scale(rng, values)
        observed = families.missing(rng, n, length, self.missing_share)
        values[~observed] = 0.0
        order = rng.permutation(n)
        return SyntheticBatch(values[order], period[order], observed[order])

    def _families(self, rng: np.random.Generator, n: int, length: int) -> tuple[np.ndarray, np.ndarray]:
        shares = np.array([getattr(self.weights, name) for name in FAMILIES])
        if not shares.sum() > 0:
            raise InputError("weights", "all are 0", expected="at least one positive weight")
        counts = rng.multinomial(n, shares / shares.sum())
        values = np.empty((n, length), dtype=np.float32)
        period = np.empty(n, dtype=np.int64)
        start = 0
        for family, count in zip(FAMILIES.values(), counts, strict=True):
            if count:
                stop = start + int(count)
                values[start:stop], period[start:stop] = family(rng, int(count), length)
                start = stop
        return values, period

    def _on_a_scale(self, rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
        """Give each series a unit and, for signed ones, a level; counts and zeros keep their zero."""
        n = values.shape[0]
        spread = values.std(axis=1, keepdims=True)
        low = values.min(axis=1, keepdims=True)
        signed = low < 0
        level = spread * rng.exponential(4.0, (n, 1)) * (rng.random((n, 1)) < self.level_share) * signed
        unit = 10.0 ** rng.uniform(-1.5, 3.0, (n, 1)) / np.maximum(spread, 1e-6)
        # Integer-valued families stay integers.
        whole = ~signed & (np.abs(values[:, :8] - np.round(values[:, :8])).max(axis=1, keepdims=True) == 0)
        return ((values + level) * np.where(whole, 1.0, unit)).astype(np.float32)
