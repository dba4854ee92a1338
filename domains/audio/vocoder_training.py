"""Training of a vocoder in stages, each a resumable run of the training core."""

from __future__ import annotations

from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from ...shared.training.fit import fit
from ...shared.training.fit_result import FitResult
from ...shared.training.module_arrays import module_arrays
from ...shared.training.run_claim import claim_run
from ...shared.training.settings import EmaSettings, FitSettings, ScheduleSettings
from .corpus import Corpus
from .discriminators.ensemble import PRESETS as DISCRIMINATORS
from .discriminators.ensemble import Discriminators, DiscriminatorSettings
from .mel_statistics import MelStatistics
from .objectives import VocoderObjective, VocoderRecipe
from .vocoder_samples import CropSource, UtteranceSource
from .wavehax.settings import WavehaxSettings


class StageSettings(BaseModel):
    """One leg of the training: what it minimises, for how long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: VocoderRecipe = VocoderRecipe()
    discriminators: DiscriminatorSettings | None = None
    """None: spectral losses only."""
    steps: int = Field(default=1_000_000, ge=1)
    batch_size: int = Field(default=16, ge=1)
    frames: int = Field(default=32, ge=8)
    """Length of a crop."""
    smoothed: float = Field(default=0.4, ge=0, le=1)
    """Share of crops described by mel spectra without harmonics: to learn that pitch is the prior's."""
    schedule: ScheduleSettings = ScheduleSettings(kind="cosine")
    ema: float = Field(default=0.999, gt=0, lt=1)
    validate_every: int = Field(default=2_000, ge=1)
    seed: int = Field(default=0, ge=0)


def finetuning_stage(steps: int = 2_000, seed: int = 0) -> StageSettings:
    """A short stage at half the usual rate, for a trained vocoder and a voice of its own.

    The discriminators are the small ones and start anew, so spectra are weighted too, as in training on a
    processor.
    """
    return StageSettings(
        recipe=VocoderRecipe(resolutions=22.5, learning_rate=1e-4),
        discriminators=DISCRIMINATORS["small"],
        steps=steps,
        batch_size=4,
        schedule=ScheduleSettings(kind="cosine", warm_up=min(200, steps // 4)),
        validate_every=min(500, steps),
        seed=seed,
    )


def train_stage(
    generator: nn.Module,
    network: WavehaxSettings,
    corpus: Corpus,
    statistics: MelStatistics,
    stage: StageSettings,
    run: Path,
    max_seconds: float | None = None,
) -> FitResult:
    """Train `generator` in place, or go on with the run in `run`; afterwards it holds the averaged weights.

    Args:
        max_seconds: stop with a checkpoint after that time.

    Raises:
        InputError: `run` holds a training on other recordings or features, from other weights, or with
            another stage.
    """
    features = corpus.features
    claim_run(
        run,
        {
            **corpus.origin(),
            "weights to start from": (module_arrays(generator),),
            "settings, such as steps": (stage.model_dump_json(),),
        },
    )
    train = CropSource(
        corpus.split("train"),
        features,
        statistics,
        kind=network.prior,
        seed=stage.seed,
        frames=stage.frames,
        samples=stage.steps * stage.batch_size,
        smoothed=stage.smoothed,
    )
    held_out = UtteranceSource(corpus.split("validation"), features, statistics, network.prior, stage.seed)
    discriminators = None
    if stage.discriminators is not None:
        with torch.random.fork_rng():
            torch.manual_seed(stage.seed + 1)
            discriminators = Discriminators(stage.discriminators)
    objective = VocoderObjective(generator, features.sample_rate, stage.recipe, discriminators)
    settings = FitSettings(
        steps=stage.steps,
        batch_size=stage.batch_size,
        order="sequential",
        seed=stage.seed,
        schedule=stage.schedule,
        clip_norm=10.0,
        ema=EmaSettings(modules=("generator",), decay=stage.ema),
        validate_every=stage.validate_every,
        validation_batch_size=1,
        metric="mel",
        select="last",
        checkpoint_seconds=120.0,
        max_seconds=max_seconds,
    )
    config = {
        "generator": network.model_dump(mode="json"),
        "stage": stage.model_dump(mode="json"),
        "features": features.digest(),
    }
    return fit(objective, train, settings, run, held_out, config=config)
