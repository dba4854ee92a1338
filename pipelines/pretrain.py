"""Pretraining of the zero-shot forecaster on the mixture of synthetic and openly licensed real series."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..domains.timeseries.models.tempo.settings import TEMPO_ZERO, TempoSettings
from ..domains.timeseries.synthetic.generator import FamilyWeights, SyntheticSeries

if TYPE_CHECKING:
    from ..domains.timeseries.models.tempo.pretraining_source import PretrainingSource
    from ..shared.training.settings import FitSettings


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
    real_share: float = Field(default=0.3, ge=0, le=1)
    """Share of windows from real series."""
    families: FamilyWeights = FamilyWeights()
    """Shares of the kinds of synthetic series."""
    pool_series: int = Field(default=20_000, ge=1)
    validation_windows: int = Field(default=2_048, ge=1)
    validate_every: int = Field(default=500, ge=1)
    start_from: Path | None = None
    """Artefact whose weights training starts from; None: random weights."""


def pretrain(settings: PretrainSettings, run: Path) -> Path:
    """Train in the run folder, going on with what is there, and write run/artifact.

    The real part of the mixture is what comes with installed packages, and the Beijing air quality
    when $FOURFOLD_DATA holds it.

    Returns:
        The artefact's folder; `Forecaster.load` takes it.
    """
    import torch

    from ..domains.timeseries.forecaster import Forecaster
    from ..domains.timeseries.models.tempo.model import TempoModel
    from ..domains.timeseries.models.tempo.objective import TempoObjective
    from ..shared.artifact import load_artifact
    from ..shared.training.fit import fit

    preset = TEMPO_ZERO.model_dump()
    changed = {name: value for name, value in settings.network.model_dump().items() if value != preset[name]}
    model = TempoModel("tempo-zero", pretrained=True, **changed)
    network = model.network = model.build(settings.seed)
    if settings.start_from is not None:
        start = load_artifact(settings.start_from).require_kind("forecaster").arrays()
        state = {name.removeprefix("model."): torch.from_numpy(value) for name, value in start.items()}
        network.load_state_dict(state)

    def optimizer(parameters: Iterable[Any]) -> torch.optim.Optimizer:
        return torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay)

    train = _source(settings, "train", run)
    held_out = _source(settings, "validation", run)
    fit(TempoObjective(network, optimizer), train, _how(settings), run, held_out)
    return Forecaster(model).save(run / "artifact")


def _source(
    settings: PretrainSettings, split: Literal["train", "validation"], run: Path
) -> PretrainingSource:
    from ..domains.timeseries.mixture import MixtureSettings, PretrainingMixture
    from ..domains.timeseries.models.tempo.pretraining_source import PretrainingSource

    training = split == "train"
    mixture = MixtureSettings(
        context=settings.network.lookback,
        horizon=settings.network.horizon,
        samples=settings.steps * settings.batch_size if training else settings.validation_windows,
        seed=settings.seed,
        pool_series=settings.pool_series if training else max(settings.pool_series // 5, 1),
        real_share=settings.real_share,
        synthetic=SyntheticSeries(weights=settings.families),
    )
    named = os.environ.get("FOURFOLD_DATA")
    return PretrainingSource(
        PretrainingMixture(mixture, split, Path(named) if named else None, run / "mixture")
    )


def _how(settings: PretrainSettings) -> FitSettings:
    from ..shared.training.settings import EmaSettings, FitSettings, ScheduleSettings

    return FitSettings(
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
