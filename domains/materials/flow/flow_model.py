"""CDVAE-flow ready for use: crystals to latents, latents to crystals and to what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from ..cdvae.lattice_bounds import bounded_lattice
from ..crystal_model import CrystalModel
from ..crystals.crystal import joined
from ..crystals.crystals import Crystals
from ..crystals.lattice import lattice_matrices
from ..property_scale import PropertyScale
from .autoencoder import CrystalAutoencoder
from .latent_prior import LatentPrior
from .padded import PaddedSource
from .sampler import FlowEnd, FlowNoise, FlowSampling, FlowStart, flow
from .scaled_lattice import LatticeScale
from .settings import FlowSettings
from .steric import draw_apart


@dataclass
class FlowModel(CrystalModel):
    """Networks and units. Latents are float32 [M, latent] tensors."""

    network: CrystalAutoencoder
    prior: LatentPrior
    lattice: LatticeScale
    property: PropertyScale | None = None
    batch_size: int = field(default=256, kw_only=True)

    def sampler(self) -> Literal["flow", "langevin"]:
        """How its decoder makes crystals."""
        return "flow"

    def usual_steps(self) -> int:
        """Of the sampler, unless told otherwise."""
        return FlowSampling().steps

    def max_atoms(self) -> int:
        """Of a cell."""
        return self.network.settings.max_atoms

    @classmethod
    def untrained(
        cls,
        settings: FlowSettings,
        lattice: LatticeScale,
        property_scale: PropertyScale | None,
        seed: int,
        encoder: nn.Module | None = None,
    ) -> FlowModel:
        """Random weights, drawn from `seed`."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = CrystalAutoencoder(settings, encoder).eval()
            prior = LatentPrior(settings.latent).eval()
        return cls(network, prior, lattice, property_scale)

    def source(self, crystals: Crystals, values: np.ndarray | None = None) -> PaddedSource:
        """Crystals as the networks take them; `values` of the property in its own unit."""
        if values is not None and self.property is not None:
            values = (values - self.property.mean) / self.property.scale
        return PaddedSource(crystals, self.network.settings, self.lattice, values)

    @torch.no_grad()
    def posterior(self, crystals: Crystals) -> tuple[Tensor, Tensor]:
        """Mean and log variance of each crystal's latent, [M, latent]."""
        self.network.eval()
        source = self.source(crystals)
        parts = [self.network.posterior(source.batch(rows)) for rows in self.rows(len(crystals))]
        return torch.cat([mean for mean, _ in parts]), torch.cat([variance for _, variance in parts])

    def told(self, latents: Tensor) -> Tensor:
        """The standardised property, differentiable [M]."""
        return self.network.property(latents).squeeze(-1)

    @torch.no_grad()
    def count_chances(self, latents: Tensor) -> Tensor:
        """Log probability of each number of atoms, [M, max_atoms + 1]."""
        return self.network.num_atoms(latents).log_softmax(-1)

    @torch.no_grad()
    def formula_chances(self, latents: Tensor, numbers: np.ndarray) -> Tensor:
        """Mean log probability that the composition's head gives to these atoms, [M]."""
        return self.network.composition(latents).log_softmax(-1)[:, numbers - 1].mean(-1)

    def decode(
        self,
        start: FlowStart,
        sampling: FlowSampling,
        seed: int,
        prefix: str,
        watch: Callable[[int, Crystals], None] | None = None,
    ) -> Crystals:
        """Crystals named prefix-0, prefix-1, ...; `batch_size` changes no more than rounding.

        `watch`: called after each step of each batch with its number (from 1) and the crystals as they stand.
        """
        noise = FlowNoise.draw(len(start.latent), int(start.counts.max()), seed)
        parts = []
        for rows in self.rows(len(start.latent)):
            at = torch.from_numpy(rows)
            widest = int(start.counts[at].max())
            names = [f"{prefix}-{row}" for row in rows]
            seen = sampling if watch is None else replace(sampling, watch=self._watched(watch, names))
            guide = partial(self._drawn_apart, least=sampling.apart) if sampling.apart > 0 else None
            end = flow(self.network.decoder, _part(start, at), noise.part(at, widest), seen, guide)
            parts.append(self.crystals(end, names))
        return joined(parts)

    def crystals(self, end: FlowEnd, ids: list[str]) -> Crystals:
        """The flow's tensors as crystals, lattices held within bounds; a type not drawn yet is hydrogen."""
        counts, mask = end.mask.sum(-1), end.mask.numpy()
        bounded = self._bounded(end)
        frac = end.frac.double().numpy()[mask]
        frac = frac - np.floor(frac)
        return Crystals(
            np.where(frac >= 1.0, 0.0, frac),
            np.maximum(end.numbers.numpy()[mask], 1).astype(np.int32),
            bounded[0].numpy(),
            bounded[1].numpy(),
            np.concatenate([[0], np.cumsum(counts.numpy())]).astype(np.int64),
            tuple(ids),
        )

    def _bounded(self, end: FlowEnd) -> tuple[Tensor, Tensor]:
        """Lengths in angstrom and angles in degrees [B, 3], within bounds."""
        counts = end.mask.sum(-1)
        lengths, angles = self.lattice.restore(end.lattice.numpy(), counts.numpy())
        return bounded_lattice(torch.from_numpy(lengths), torch.from_numpy(angles), counts)

    def _drawn_apart(self, end: FlowEnd, least: float) -> Tensor:
        lengths, angles = (part.numpy() for part in self._bounded(end))
        frac = end.frac.double().numpy()
        draw_apart(frac, lattice_matrices(lengths, angles), end.mask.sum(-1).numpy(), least)
        return torch.from_numpy(frac).to(end.frac.dtype)

    def _watched(
        self, watch: Callable[[int, Crystals], None], names: list[str]
    ) -> Callable[[int, FlowEnd], None]:
        return lambda step, end: watch(step, self.crystals(end, names))


def _part(start: FlowStart, rows: Tensor) -> FlowStart:
    allowed = start.allowed
    return replace(
        start,
        latent=start.latent[rows],
        counts=start.counts[rows],
        with_latent=None if start.with_latent is None else start.with_latent[rows],
        composition=None if start.composition is None else start.composition[rows],
        allowed=allowed if allowed is None or allowed.dim() == 1 else allowed[rows],
    )
