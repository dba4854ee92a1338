"""Pretraining of the zero-shot forecaster on the mixture of synthetic and openly licensed real series."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ..domains.timeseries.models.tempo.settings import TEMPO_ZERO, TempoSettings


class PretrainSettings(BaseModel):
    """How `tempo-zero` is trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: TempoSettings = TEMPO_ZERO
    steps: int = Field(default=8_000, ge=1)
    batch_size: int = Field(default=128, ge=1)
    learning_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    ema: float = Field(default=0.999, gt=0, lt=1)
    seed: int = Field(default=0, ge=0)
    pool_series: int = Field(default=20_000, ge=1)
    validation_windows: int = Field(default=2_048, ge=1)
    validate_every: int = Field(default=500, ge=1)
    real_share: float = Field(default=0.3, ge=0, le=1)


def pretrain(settings: PretrainSettings, run: Path) -> None:
    """Train in the run folder (resuming what is there) and leave the network's state in run/artifact.

    The real part of the mixture is what comes with installed packages, and the Beijing air quality
    when $FOURFOLD_DATA holds it.
    """
    import torch

    from ..domains.timeseries.mixture import MixtureSettings, PretrainingMixture
    from ..domains.timeseries.models.tempo.network import Tempo
    from ..domains.timeseries.models.tempo.objective import TempoObjective
    from ..domains.timeseries.models.tempo.pretraining_source import PretrainingSource
    from ..shared.training.fit import fit
    from ..shared.training.settings import EmaSettings, FitSettings, ScheduleSettings

    named = os.environ.get("FOURFOLD_DATA")
    folder = Path(named) if named else None

    def source(split, samples: int, pool: int) -> PretrainingSource:
        mixture = MixtureSettings(
            context=settings.network.lookback,
            horizon=settings.network.horizon,
            samples=samples,
            seed=settings.seed,
            pool_series=pool,
            real_share=settings.real_share,
        )
        return PretrainingSource(PretrainingMixture(mixture, split, folder, run / "mixture"))

    torch.manual_seed(settings.seed)
    network = Tempo(settings.network)
    objective = TempoObjective(
        network,
        lambda parameters: torch.optim.AdamW(
            parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay
        ),
    )
    how = FitSettings(
        steps=settings.steps,
        batch_size=settings.batch_size,
        order="sequential",
        seed=settings.seed,
        schedule=ScheduleSettings(kind="cosine", warm_up=max(settings.steps // 50, 1), final=0.01),
        clip_norm=1.0,
        ema=EmaSettings(modules=("tempo",), decay=settings.ema),
        validate_every=settings.validate_every,
        validation_batch_size=512,
        metric="pinball",
        checkpoint_seconds=120.0,
    )
    train = source("train", settings.steps * settings.batch_size, settings.pool_series)
    held_out = source("validation", settings.validation_windows, max(settings.pool_series // 5, 1))
    fit(objective, train, how, run, held_out)
