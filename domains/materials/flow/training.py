"""Training of CDVAE-flow: one resumable run of the training core."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch

from ....shared.training.fit import fit
from ....shared.training.fit_result import FitResult
from ....shared.training.settings import EmaSettings, FitSettings, ScheduleSettings
from .autoencoder import CrystalAutoencoder
from .objective import FlowObjective
from .padded import PaddedSource
from .settings import FlowLosses, FlowTraining


def train_autoencoder(
    network: CrystalAutoencoder,
    train: PaddedSource,
    validation: PaddedSource | None,
    losses: FlowLosses,
    training: FlowTraining,
    run: Path,
    max_seconds: float | None = None,
) -> FitResult:
    """Train `network` in place, or go on with the run in `run`; it ends with its averaged weights.

    Args:
        max_seconds: stop with a checkpoint after that time; the same call goes on from there.
    """

    def optimizer(parameters: Iterable[Any]) -> torch.optim.Optimizer:
        return torch.optim.AdamW(
            parameters, lr=training.learning_rate, weight_decay=training.weight_decay, fused=True
        )

    settings = FitSettings(
        steps=training.steps,
        batch_size=training.batch_size,
        seed=training.seed,
        schedule=ScheduleSettings(kind="cosine", warm_up=min(300, max(training.steps // 10, 1)), final=0.01),
        clip_norm=training.clip_norm,
        ema=EmaSettings(modules=("network",), decay=training.ema),
        validate_every=training.validate_every,
        validation_batch_size=256,
        metric="total",
        select="last",
        checkpoint_seconds=300.0,
        max_seconds=max_seconds,
    )
    config = {
        "network": network.settings.model_dump(mode="json"),
        "losses": losses.model_dump(mode="json"),
        "training": training.model_dump(mode="json", exclude={"prior_steps"}),
        "crystals": len(train),
    }
    return fit(FlowObjective(network, losses, optimizer), train, settings, run, validation, config=config)
