"""Training of a CDVAE for the crystal generator: one resumable run of the training core."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...shared.training.fit import fit
from ...shared.training.settings import EmaSettings, FitSettings, ScheduleSettings
from .cdvae.crystal_source import CrystalSource
from .cdvae.objective import CdvaeObjective
from .cdvae.untrained import untrained_cdvae
from .crystal_generator_settings import GeneratorSettings
from .crystals.crystals import Crystals
from .flow.latent_prior import LatentPrior
from .langevin_model import LangevinModel
from .property_scale import PropertyScale

KNOWN_PROPERTY = "latent.property"
"""Where the state of the property's head and units begins."""


def new_langevin_model(
    crystals: Crystals,
    values: np.ndarray,
    scale: PropertyScale | None,
    settings: GeneratorSettings,
    start: LangevinModel | None,
) -> LangevinModel:
    """Random weights with units of the crystals, or those of `start` (the head of another property anew)."""
    known = None if scale is None else values
    if start is None:
        network = untrained_cdvae(
            settings.cdvae_with(scale is not None), crystals, known, seed=settings.training.seed
        )
        return LangevinModel(network, LatentPrior(settings.cdvae.latent.width), scale, settings.langevin)
    kept = start.property if scale is None or _same(start, scale) else scale
    network = untrained_cdvae(
        settings.cdvae_with(kept is not None), crystals, known, seed=settings.training.seed
    )
    state = start.network.state_dict()
    if scale is not None and not _same(start, scale):
        state = {name: value for name, value in state.items() if not name.startswith(KNOWN_PROPERTY)}
    network.load_state_dict(state, strict=False)
    return LangevinModel(network, start.prior, kept, start.pace)


def train_langevin(
    model: LangevinModel,
    train: CrystalSource,
    validation: CrystalSource | None,
    settings: GeneratorSettings,
    run: Path,
    max_seconds: float | None,
) -> bool:
    """Train in place, or go on with the run in `run`, and bring the model back to the CPU.

    Returns:
        Whether the training came to its end.
    """
    training = settings.training
    steps = FitSettings(
        steps=training.steps,
        batch_size=min(training.batch_size, len(train)),
        seed=training.seed,
        schedule=ScheduleSettings(kind="cosine", final=0.1),
        ema=EmaSettings(modules=("latent", "decoder"), decay=training.ema),
        validate_every=training.validate_every,
        metric="score",
        select="last",
        checkpoint_seconds=300.0,
        max_seconds=max_seconds,
    )
    config = {
        "network": model.network.settings.model_dump(mode="json"),
        "recipe": settings.recipe.taught(training.steps).model_dump(mode="json"),
        "crystals": len(train),
    }
    objective = CdvaeObjective(model.network, settings.recipe, training.steps)
    result = fit(objective, train, steps, run, validation, config=config)
    model.network.cpu()
    return result.finished


def _same(start: LangevinModel, scale: PropertyScale) -> bool:
    return start.property is not None and start.property.name == scale.name
