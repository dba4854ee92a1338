"""What every trained model of crystals can do, and what is the same whichever its decoder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from .crystals.crystals import Crystals
from .flow.latent_prior import LatentPrior
from .flow.sampler import FlowSampling, FlowStart
from .lattice_bounds import LatticeBounds
from .property_scale import PropertyScale

BATCH = 256
"""Crystals that are encoded at once."""
Watch = Callable[[int, Crystals], None]
"""Called with the number of a step (from 1) and the crystals of a batch as they stand."""


class CrystalModel(ABC):
    """Networks with units: `FlowModel`, or `LangevinModel` with CDVAE's decoder."""

    prior: LatentPrior
    property: PropertyScale | None

    @abstractmethod
    def sampler(self) -> Literal["flow", "langevin"]:
        """How its decoder makes crystals."""

    @abstractmethod
    def usual_steps(self) -> int:
        """Of the sampler, unless told otherwise; of Langevin dynamics at each level of noise."""

    @abstractmethod
    def max_atoms(self) -> int:
        """Of a cell."""

    @abstractmethod
    def posterior(self, crystals: Crystals) -> tuple[Tensor, Tensor]:
        """Mean and log variance of each crystal's latent, [M, latent]."""

    def draw(self, size: int, seed: int) -> Tensor:
        """Latents of new crystals: standard normal draws, carried by the prior's flow."""
        width = len(self.prior.mean)
        return self.prior.carry(torch.randn(size, width, generator=torch.Generator().manual_seed(seed)))

    @abstractmethod
    def told(self, latents: Tensor) -> Tensor:
        """The standardised property, differentiable [M]."""

    @torch.no_grad()
    def property_of(self, latents: Tensor) -> np.ndarray:
        """The property in its own unit, float64 [M]. Needs one."""
        assert self.property is not None
        return self.told(latents).double().numpy() * self.property.scale + self.property.mean

    @abstractmethod
    def count_chances(self, latents: Tensor) -> Tensor:
        """Log probability of each number of atoms, [M, max_atoms + 1]."""

    def counts_of(self, latents: Tensor, bounds: LatticeBounds | None = None) -> Tensor:
        """Likeliest number of atoms, at least 1 and as many as the cell has room for, int64 [M]."""
        counts = self.count_chances(latents)[:, 1:].argmax(-1) + 1
        return counts if bounds is None else counts.clamp_max(bounds.most_atoms())

    @abstractmethod
    def formula_chances(self, latents: Tensor, numbers: np.ndarray) -> Tensor:
        """Mean log probability that the composition's head gives to these atoms, [M]."""

    @abstractmethod
    def decode(
        self, start: FlowStart, sampling: FlowSampling, seed: int, prefix: str, watch: Watch | None = None
    ) -> Crystals:
        """Crystals named prefix-0, prefix-1, ..."""


def batches(size: int, batch_size: int = BATCH) -> list[np.ndarray]:
    """Numbers of the crystals of each batch."""
    return [np.arange(first, min(first + batch_size, size)) for first in range(0, size, batch_size)]
