"""CDVAE-flow ready for use: crystals to latents, latents to crystals and to what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor, nn

from ..cdvae.lattice_bounds import bounded_lattice
from ..crystals.crystal import joined
from ..crystals.crystals import Crystals
from .autoencoder import CrystalAutoencoder
from .latent_prior import LatentPrior
from .padded import PaddedSource
from .sampler import FlowEnd, FlowNoise, FlowSampling, FlowStart, flow
from .scaled_lattice import LatticeScale
from .settings import FlowSettings


@dataclass(frozen=True)
class PropertyScale:
    """Which property the latent tells, and its mean and deviation over the training crystals."""

    name: str
    mean: float
    scale: float

    @classmethod
    def of(cls, name: str, values_M: np.ndarray) -> PropertyScale:
        """Of the known values; a property that does not vary keeps unit scale."""
        known = values_M[np.isfinite(values_M)]
        deviation = float(known.std())
        return cls(name, float(known.mean()), deviation if deviation > 1e-9 else 1.0)


@dataclass
class FlowModel:
    """Networks and units. Latents are float32 [M, latent] tensors."""

    network: CrystalAutoencoder
    prior: LatentPrior
    lattice: LatticeScale
    property: PropertyScale | None = None
    batch_size: int = field(default=256, kw_only=True)

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
        parts = [self.network.posterior(source.batch(rows)) for rows in self._rows(len(crystals))]
        return torch.cat([mean for mean, _ in parts]), torch.cat([variance for _, variance in parts])

    def draw(self, size: int, seed: int) -> Tensor:
        """Latents of new crystals: standard normal draws, carried by the prior's flow."""
        noise = torch.randn(size, self.network.settings.latent, generator=torch.Generator().manual_seed(seed))
        return self.prior.carry(noise)

    @torch.no_grad()
    def property_of(self, latents: Tensor) -> np.ndarray:
        """The property in its own unit, float64 [M]. Needs one."""
        assert self.property is not None
        answer = self.network.property(latents).squeeze(-1).double().numpy()
        return answer * self.property.scale + self.property.mean

    @torch.no_grad()
    def counts_of(self, latents: Tensor) -> Tensor:
        """Likeliest number of atoms, at least 1, int64 [M]."""
        return self.network.num_atoms(latents)[:, 1:].argmax(-1) + 1

    def decode(self, start: FlowStart, sampling: FlowSampling, seed: int, prefix: str) -> Crystals:
        """Crystals named prefix-0, prefix-1, ...; `batch_size` changes no more than rounding."""
        noise = FlowNoise.draw(len(start.latent), int(start.counts.max()), seed)
        parts = []
        for rows in self._rows(len(start.latent)):
            at = torch.from_numpy(rows)
            widest = int(start.counts[at].max())
            end = flow(self.network.decoder, _part(start, at), noise.part(at, widest), sampling)
            parts.append(self.crystals(end, [f"{prefix}-{row}" for row in rows]))
        return joined(parts)

    def crystals(self, end: FlowEnd, ids: list[str]) -> Crystals:
        """The flow's tensors as crystals, lattices held within bounds; a type not drawn yet is hydrogen."""
        counts = end.mask.sum(-1)
        lengths, angles = self.lattice.restore(end.lattice.numpy(), counts.numpy())
        bounded = bounded_lattice(torch.from_numpy(lengths), torch.from_numpy(angles), counts)
        mask = end.mask.numpy()
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

    def _rows(self, size: int) -> list[np.ndarray]:
        return [
            np.arange(first, min(first + self.batch_size, size)) for first in range(0, size, self.batch_size)
        ]


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
