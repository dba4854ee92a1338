"""A CDVAE ready to be trained on given crystals."""

from __future__ import annotations

import numpy as np
import torch

from ..crystals.batch import CrystalBatch
from ..crystals.crystals import Crystals
from .cdvae import Cdvae
from .noise import Noise
from .settings import CdvaeSettings

SCALE_SAMPLE = 128
"""Crystals on which GemNet's constants are fitted."""


def untrained_cdvae(
    settings: CdvaeSettings, crystals: Crystals, values: np.ndarray | None = None, *, seed: int = 0
) -> Cdvae:
    """Weights drawn from `seed`; lattice and property scalers and GemNet's constants fitted on the crystals.

    Args:
        values: property of each crystal [M], NaN where unknown.

    Raises:
        InputError: no crystals, more atoms than `max_atoms`, no known property value.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Cdvae(settings)
        model.latent.fit_scalers(crystals, values)
        rows = np.random.default_rng(seed).permutation(len(crystals))[:SCALE_SAMPLE]
        sample = CrystalBatch.of(crystals, rows, torch.get_default_dtype())
        noise = Noise.draw(sample, settings.latent.width, settings.noise.levels)
        model.fit_scale_factors(sample, noise)
    return model
