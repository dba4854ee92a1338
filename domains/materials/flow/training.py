"""Training of CDVAE-flow: resumable runs of the training core."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch

from ....shared.training.fit import fit
from ....shared.training.fit_result import FitResult
from ....shared.training.settings import EmaSettings, FitSettings, ScheduleSettings
from .autoencoder import CrystalAutoencoder
from .objective import DecoderObjective, FlowObjective, Optimizer
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
    """Train `network` in place, or go on with the run in `run`; it ends on the CPU with averaged weights.

    Args:
        max_seconds: stop with a checkpoint after that time; the same call goes on from there.
    """
    objective = FlowObjective(network, losses, _optimizer(training.learning_rate, training.weight_decay))
    settings = _settings(training, training.steps, "network", training.seed, max_seconds)
    config = _config(network, losses, training, train) | {"learning_rate": training.learning_rate}
    result = fit(objective, train, settings, run, validation, config=config)
    network.cpu()
    return result


def train_decoder(
    network: CrystalAutoencoder,
    train: PaddedSource,
    validation: PaddedSource | None,
    losses: FlowLosses,
    training: FlowTraining,
    run: Path,
    max_seconds: float | None = None,
) -> FitResult:
    """As `train_autoencoder`, the decoder alone; the sources must have posteriors."""
    objective = DecoderObjective(network, losses, _optimizer(training.decoder_rate, training.weight_decay))
    settings = _settings(training, training.decoder_steps, "decoder", training.seed + 1, max_seconds)
    config = _config(network, losses, training, train) | {"learning_rate": training.decoder_rate}
    result = fit(objective, train, settings, run, validation, config=config)
    network.cpu()
    return result


def _optimizer(rate: float, weight_decay: float) -> Optimizer:
    def optimizer(parameters: Iterable[Any]) -> torch.optim.Optimizer:
        return torch.optim.AdamW(parameters, lr=rate, weight_decay=weight_decay, fused=True)

    return optimizer


def _settings(
    training: FlowTraining, steps: int, module: str, seed: int, max_seconds: float | None
) -> FitSettings:
    return FitSettings(
        steps=steps,
        batch_size=training.batch_size,
        seed=seed,
        schedule=ScheduleSettings(kind="cosine", warm_up=min(300, max(steps // 10, 1)), final=0.01),
        clip_norm=training.clip_norm,
        ema=EmaSettings(modules=(module,), decay=training.ema),
        validate_every=training.validate_every,
        validation_batch_size=256,
        metric="total",
        select="last",
        checkpoint_seconds=300.0,
        max_seconds=max_seconds,
    )


def _config(
    network: CrystalAutoencoder, losses: FlowLosses, training: FlowTraining, train: PaddedSource
) -> dict[str, Any]:
    return {
        "network": network.settings.model_dump(mode="json"),
        "losses": losses.model_dump(mode="json"),
        "weight_decay": training.weight_decay,
        "crystals": len(train),
    }
