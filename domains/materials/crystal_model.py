"""What every trained model of crystals can do, whichever its decoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import numpy as np
from torch import Tensor

from .crystals.crystals import Crystals
from .flow.flow_model import PropertyScale
from .flow.latent_prior import LatentPrior
from .flow.sampler import FlowSampling, FlowStart

Watch = Callable[[int, Crystals], None]
"""Called with the number of a step (from 1) and the crystals of a batch as they stand."""


class CrystalModel(Protocol):
    """Networks with units: `FlowModel`, or `LangevinModel` with CDVAE's decoder."""

    prior: LatentPrior
    property: PropertyScale | None
    batch_size: int

    def sampler(self) -> Literal["flow", "langevin"]:
        """How its decoder makes crystals."""
        ...

    def usual_steps(self) -> int:
        """Of the sampler, unless told otherwise; of Langevin dynamics at each level of noise."""
        ...

    def max_atoms(self) -> int:
        """Of a cell."""
        ...

    def posterior(self, crystals: Crystals) -> tuple[Tensor, Tensor]:
        """Mean and log variance of each crystal's latent, [M, latent]."""
        ...

    def draw(self, size: int, seed: int) -> Tensor:
        """Latents of new crystals."""
        ...

    def told(self, latents: Tensor) -> Tensor:
        """The standardised property, differentiable [M]."""
        ...

    def property_of(self, latents: Tensor) -> np.ndarray:
        """The property in its own unit, float64 [M]."""
        ...

    def count_chances(self, latents: Tensor) -> Tensor:
        """Log probability of each number of atoms, [M, max_atoms + 1]."""
        ...

    def counts_of(self, latents: Tensor) -> Tensor:
        """Likeliest number of atoms, at least 1, int64 [M]."""
        ...

    def formula_chances(self, latents: Tensor, numbers: np.ndarray) -> Tensor:
        """Mean log probability that the composition's head gives to these atoms, [M]."""
        ...

    def decode(
        self, start: FlowStart, sampling: FlowSampling, seed: int, prefix: str, watch: Watch | None = None
    ) -> Crystals:
        """Crystals named prefix-0, prefix-1, ..."""
        ...
