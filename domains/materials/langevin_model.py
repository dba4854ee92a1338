"""CDVAE ready for use: the same verbs as `FlowModel`, with crystals made by annealed Langevin dynamics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from .cdvae.cdvae import Cdvae
from .cdvae.crystal_source import CrystalSource
from .cdvae.langevin import Fixed, langevin_dynamics
from .cdvae.settings import CdvaeSettings, LangevinSettings
from .crystal_model import CrystalModel, Watch, batches
from .crystals.batch import CrystalBatch
from .crystals.crystal import joined
from .crystals.crystals import Crystals
from .flow.latent_prior import LatentPrior
from .flow.sampler import FlowSampling, FlowStart
from .lattice_bounds import LatticeBounds
from .property_scale import PropertyScale


@dataclass
class LangevinModel(CrystalModel):
    """Networks and units. Latents are float32 [M, width] tensors."""

    network: Cdvae
    prior: LatentPrior
    property: PropertyScale | None = None
    pace: LangevinSettings = field(default_factory=LangevinSettings)

    @classmethod
    def untrained(
        cls,
        settings: CdvaeSettings,
        property_scale: PropertyScale | None,
        pace: LangevinSettings,
        seed: int,
    ) -> LangevinModel:
        """Random weights drawn from `seed`; lattice scaler and GemNet's constants are those of no data."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = Cdvae(settings).eval()
            prior = LatentPrior(settings.latent.width).eval()
        return cls(network, prior, property_scale, pace)

    def sampler(self) -> Literal["flow", "langevin"]:
        """How its decoder makes crystals."""
        return "langevin"

    def usual_steps(self) -> int:
        """At each level of noise, unless told otherwise."""
        return self.pace.steps_per_level

    def max_atoms(self) -> int:
        """Of a cell."""
        return self.network.settings.latent.max_atoms

    @torch.no_grad()
    def posterior(self, crystals: Crystals) -> tuple[Tensor, Tensor]:
        """Mean and log variance of each crystal's latent, [M, width]."""
        self.network.eval()
        found = []
        for rows in batches(len(crystals)):
            batch = CrystalSource(crystals.take(rows), self.network.settings).batch(np.arange(len(rows)))
            found.append(self.network.latent.encode(batch["crystals"], batch["graph"]))
        return torch.cat([mean for mean, _ in found]), torch.cat([variance for _, variance in found])

    def told(self, latents: Tensor) -> Tensor:
        """The standardised property, differentiable [M]. Needs one."""
        value = self.network.latent.heads(latents).property
        assert value is not None
        return value

    @torch.no_grad()
    def count_chances(self, latents: Tensor) -> Tensor:
        """Log probability of each number of atoms, [M, max_atoms + 1]."""
        return self.network.latent.heads(latents).num_atoms.log_softmax(-1)

    @torch.no_grad()
    def formula_chances(self, latents: Tensor, numbers: np.ndarray) -> Tensor:
        """Mean log probability that the composition's head gives to these atoms, [M]."""
        return self.network.latent.heads(latents).composition.log_softmax(-1)[:, numbers - 1].mean(-1)

    def decode(
        self,
        start: FlowStart,
        sampling: FlowSampling,
        seed: int,
        prefix: str,
        watch: Watch | None = None,
    ) -> Crystals:
        """Crystals named prefix-0, prefix-1, ...; another `sampling.batch_size` draws other noise.

        Args:
            start: every crystal has its latent, whatever `with_latent` says.
            sampling: `steps` at each level; the elements are the likeliest, whatever the temperature.
            watch: called after each level of each batch.
        """
        pace = self.pace.model_copy(update={"steps_per_level": sampling.steps})
        self.network.eval()
        parts = []
        for rows in batches(len(start.latent), sampling.batch_size):
            at, names = torch.from_numpy(rows), [f"{prefix}-{row}" for row in rows]
            batch = langevin_dynamics(
                self.network,
                start.latent[at],
                pace,
                fixed=_fixed(start, at, sampling.bounds),
                seed=seed + int(rows[0]),
                watch=_watched(watch, names, sampling, len(self.network.sigma)),
            )
            parts.append(_crystals(batch, names, sampling.bounds))
        return joined(parts)


def _watched(
    watch: Watch | None, names: list[str], sampling: FlowSampling, levels: int
) -> Callable[[int, CrystalBatch], None]:
    def seen(level: int, batch: CrystalBatch) -> None:
        if watch is not None:
            watch(level + 1, _crystals(batch, names, sampling.bounds))
        if sampling.advance is not None:
            sampling.advance(len(names) / levels)

    return seen


def _fixed(start: FlowStart, rows: Tensor, bounds: LatticeBounds | None) -> Fixed:
    numbers = None
    if start.composition is not None:
        elements = torch.arange(1, start.composition.shape[1] + 1)
        numbers = torch.cat([torch.repeat_interleave(elements, one) for one in start.composition[rows]])
    return Fixed(counts=start.counts[rows], numbers=numbers, allowed=start.allowed, bounds=bounds)


def _crystals(batch: CrystalBatch, names: list[str], bounds: LatticeBounds | None) -> Crystals:
    frac = batch.frac.double().numpy()
    lengths, angles = batch.lengths.double().numpy(), batch.angles.double().numpy()
    if bounds is not None:  # float32 may lie a hair beyond
        lengths, angles = bounds.clipped(lengths, angles)
    return Crystals(
        np.where(frac >= 1.0, 0.0, frac),
        batch.numbers.numpy().astype(np.int32),
        lengths,
        angles,
        np.concatenate([[0], np.cumsum(batch.counts.numpy())]).astype(np.int64),
        tuple(names),
    )
