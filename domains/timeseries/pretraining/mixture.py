"""The pretraining mixture: windows of synthetic and real series, sample i a pure function of (seed, i)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field

from ....shared.errors import InputError
from ..synthetic.generator import SyntheticSeries
from .augmentation import DRAWS, augment, hide, mix_in
from .counter_random import counter_uniforms
from .real_sources import real_series, split_series
from .series_pool import SeriesPool, cached_pool

_BLOCK = 2_000


class AugmentationSettings(BaseModel):
    """Probabilities of the changes made to a window."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mixup: float = Field(default=0.25, ge=0, le=1)
    """Another window is added with a random weight up to one half."""
    reverse: float = Field(default=0.08, ge=0, le=1)
    flip: float = Field(default=0.2, ge=0, le=1)
    tilt: float = Field(default=0.12, ge=0, le=1)
    """The amplitude grows or shrinks along the window."""
    slope: float = Field(default=0.08, ge=0, le=1)
    censor: float = Field(default=0.04, ge=0, le=1)
    rescale: float = Field(default=0.5, ge=0, le=1)
    short_history: float = Field(default=0.2, ge=0, le=1)
    """Only the last part of the context is observed."""
    hole: float = Field(default=0.06, ge=0, le=1)
    """A stretch of the context is lost."""
    unnamed_period: float = Field(default=0.05, ge=0, le=1)
    """The season is not told: period 1."""


class MixtureSettings(BaseModel):
    """What the mixture holds and how windows are cut from it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    context: int = Field(default=512, ge=16)
    horizon: int = Field(default=96, ge=1)
    samples: int = Field(default=100_000_000, ge=1)
    """Length of the source; samples are made on the fly, so it costs nothing."""
    seed: int = Field(default=0, ge=0)
    real_share: float = Field(default=0.3, ge=0, le=1)
    synthetic: SyntheticSeries = SyntheticSeries()
    pool_series: int = Field(default=20_000, ge=1)
    pool_length: int = Field(default=1_024, ge=64)
    augmentation: AugmentationSettings = AugmentationSettings()


class PretrainingMixture:
    """A BatchSource of windows for pretraining a zero-shot forecaster.

    Args:
        settings: shares, sizes, seed.
        split: "validation" draws held-out real series, other synthetic ones, and changes no window.
        benchmark_sets: folder with spatiotemporal/beijing_aq12; without it the real part is what
            comes with installed packages.
        cache: folder to keep the pools in as .npz; made anew at each start without it.

    Raises:
        InputError: when a window is longer than the pool's series.
    """

    def __init__(
        self,
        settings: MixtureSettings | None = None,
        split: Literal["train", "validation"] = "train",
        benchmark_sets: Path | None = None,
        cache: Path | None = None,
    ) -> None:
        self.settings = settings = settings or MixtureSettings()
        self.split: Literal["train", "validation"] = split
        if settings.pool_length < settings.context + settings.horizon:
            raise InputError(
                "pool_length",
                f"{settings.pool_length} is shorter than a window",
                expected=f"at least context + horizon = {settings.context + settings.horizon}",
            )
        self._seed = 2 * settings.seed + (split == "validation")
        self.synthetic = cached_pool(self._kept(cache, "synthetic", self._recipe()), self._make_synthetic)
        has_beijing = benchmark_sets is not None and (benchmark_sets / "spatiotemporal").is_dir()
        self.real = cached_pool(
            self._kept(cache, "real", f"1 {has_beijing}"),
            lambda: SeriesPool.of(split_series(real_series(benchmark_sets), split)),
        )
        # Long series give more windows than short ones, but the longest do not drown the rest.
        weight = np.sqrt(np.minimum(self.real.length, 20_000))
        self._real_edges = np.cumsum(weight / weight.sum())

    def _recipe(self) -> str:
        s = self.settings
        return f"1 {self._seed} {s.pool_series} {s.pool_length} {s.synthetic.model_dump_json()}"

    def _kept(self, cache: Path | None, kind: str, recipe: str) -> Path | None:
        if cache is None:
            return None
        digest = hashlib.sha256(recipe.encode()).hexdigest()[:12]
        return cache / f"{kind}-{self.split}-{digest}.npz"

    def _make_synthetic(self) -> SeriesPool:
        s = self.settings
        values = np.empty((s.pool_series, s.pool_length), dtype=np.float32)
        observed = np.empty((s.pool_series, s.pool_length), dtype=np.bool_)
        period = np.empty(s.pool_series, dtype=np.int64)
        for block, start in enumerate(range(0, s.pool_series, _BLOCK)):
            rows = slice(start, min(start + _BLOCK, s.pool_series))
            rng = np.random.default_rng([self._seed, block])
            drawn = s.synthetic.sample(rng, rows.stop - rows.start, s.pool_length)
            values[rows], observed[rows], period[rows] = drawn.values, drawn.observed, drawn.period
        return SeriesPool.of_table(values, observed, period)

    def __len__(self) -> int:
        return self.settings.samples

    def batch(self, indices: np.ndarray) -> dict[str, torch.Tensor]:
        """Samples by number.

        Returns:
            context float32 [B, L] and observed bool [B, L]; target float32 [B, H] and
            target_observed bool [B, H]; period int64 [B]. Values are 0 where unobserved. At least 8 context
            steps and one target step are observed.
        """
        s = self.settings
        u = counter_uniforms(self._seed, np.asarray(indices, dtype=np.int64), 16 + DRAWS)
        values, observed, period = self._cut(u[:, 0:4])
        if self.split == "train":
            self._mix(values, observed, u[:, 4:10])
            changes = s.augmentation
            strength = (changes.reverse, changes.flip, changes.tilt, changes.slope, changes.censor)
            augment(values, observed, u[:, 16:], np.array([*strength, changes.rescale]))
            period = np.where(u[:, 15] < changes.unnamed_period, 1, period)
        context, target = values[:, : s.context].copy(), values[:, s.context :].copy()
        seen, target_seen = observed[:, : s.context].copy(), observed[:, s.context :].copy()
        self._hide(context, seen, period, u[:, 10:15])
        # A window with nothing to learn from becomes a dead series: zero, and zero it stays.
        empty = (seen.sum(axis=1) < 8) | ~target_seen.any(axis=1)
        context[empty], target[empty], seen[empty], target_seen[empty] = 0.0, 0.0, True, True
        return {
            "context": torch.from_numpy(context),
            "observed": torch.from_numpy(seen),
            "target": torch.from_numpy(target),
            "target_observed": torch.from_numpy(target_seen),
            "period": torch.from_numpy(period),
        }

    def _cut(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One raw window per row of uniforms [B, 4]: values, observed [B, L + H], period [B]."""
        width = self.settings.context + self.settings.horizon
        values = np.empty((u.shape[0], width), dtype=np.float32)
        observed = np.empty((u.shape[0], width), dtype=np.bool_)
        period = np.empty(u.shape[0], dtype=np.int64)
        real = u[:, 0] < self.settings.real_share
        for chosen, pool in ((real, self.real), (~real, self.synthetic)):
            if not chosen.any():
                continue
            if pool is self.real:
                series = np.searchsorted(self._real_edges, u[chosen, 1], side="right")
            else:
                series = (u[chosen, 1] * len(pool)).astype(np.int64)
            series = np.minimum(series, len(pool) - 1)
            stop = self._stops(pool.length[series], u[chosen, 2])
            values[chosen], observed[chosen] = pool.windows(series, stop, width)
            period[chosen] = pool.period[series]
        return values, observed, period

    def _stops(self, length: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Ends of windows: whole where the series is long enough, else cut off on the left or right."""
        s = self.settings
        first_cutoff = np.minimum(s.context, length // 2)
        last_cutoff = np.maximum(length - np.minimum(s.horizon, length // 4), first_cutoff)
        cutoff = first_cutoff + (u * (last_cutoff - first_cutoff + 1)).astype(np.int64)
        return cutoff + s.horizon

    def _mix(self, values: np.ndarray, observed: np.ndarray, u: np.ndarray) -> None:
        rows = np.flatnonzero(u[:, 0] < self.settings.augmentation.mixup)
        if rows.size:
            others, others_observed, _ = self._cut(u[rows, 1:5])
            mixed, seen = values[rows], observed[rows]
            mix_in(mixed, seen, others, others_observed, 0.5 * u[rows, 5])
            values[rows], observed[rows] = mixed, seen

    def _hide(self, context: np.ndarray, observed: np.ndarray, period: np.ndarray, u: np.ndarray) -> None:
        """Shorten histories (at least two seasons and 16 steps stay) and make holes, in place."""
        size = self.settings.context
        changes = self.settings.augmentation
        least = np.clip(2 * period, 16, size)
        length = np.where(u[:, 0] < changes.short_history, least * (size / least) ** u[:, 1], size).astype(
            np.int64
        )
        span = np.where(u[:, 2] < changes.hole, (size / 6) ** u[:, 3], 0.0).astype(np.int64)
        start = (u[:, 4] * size).astype(np.int64)
        hide(context, observed, length, np.stack([start, np.minimum(start + span, size - 1)], axis=1))
