"""CDVAE-flow ready for use: crystals to latents, latents to crystals and to what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from ..cdvae.lattice_bounds import bounded_lattice
from ..crystal_model import CrystalModel, batches
from ..crystals.crystal import joined
from ..crystals.crystals import Crystals
from ..crystals.lattice import lattice_matrices
from ..lattice_bounds import LatticeBounds
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
        # Distances of all pairs of all crystals at once would take more memory than the crystals.
        parts = [
            self.network.posterior(self.source(crystals.take(rows)).batch(np.arange(len(rows))))
            for rows in batches(len(crystals))
        ]
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
        """Crystals named prefix-0, prefix-1, ...; `sampling.batch_size` changes no more than rounding.

        `watch`: called after each step of each batch with its number (from 1) and the crystals as they stand.
        """
        noise = FlowNoise.draw(len(start.latent), int(start.counts.max()), seed)
        parts = []
        for rows in batches(len(start.latent), sampling.batch_size):
            at = torch.from_numpy(rows)
            widest = int(start.counts[at].max())
            names = [f"{prefix}-{row}" for row in rows]
            bounds = sampling.bounds
            seen = sampling
            if watch is not None:
                seen = replace(sampling, watch=self._watched(watch, names, bounds))
            guide = hold = None
            if sampling.apart > 0:
                guide = partial(self._drawn_apart, least=sampling.apart, bounds=bounds)
            if bounds is not None:
                hold = partial(self._held, counts=start.counts[at], bounds=bounds)
            end = flow(self.network.decoder, _part(start, at), noise.part(at, widest), seen, guide, hold)
            parts.append(self.crystals(end, names, bounds))
        return joined(parts)

    def crystals(self, end: FlowEnd, ids: list[str], bounds: LatticeBounds | None = None) -> Crystals:
        """The flow's tensors as crystals, lattices held within bounds; a type not drawn yet is hydrogen."""
        counts, mask = end.mask.sum(-1), end.mask.numpy()
        bounded = self._bounded(end.lattice, counts, bounds)
        frac = end.frac.double().numpy()[mask]
        frac = frac - np.floor(frac)
        return Crystals(
            np.where(frac >= 1.0, 0.0, frac),
            np.maximum(end.numbers.numpy()[mask], 1).astype(np.int32),
            bounded[0],
            bounded[1],
            np.concatenate([[0], np.cumsum(counts.numpy())]).astype(np.int64),
            tuple(ids),
        )

    def _bounded(
        self, lattice: Tensor, counts: Tensor, bounds: LatticeBounds | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Lengths in angstrom and angles in degrees [B, 3] of standardised lattices [B, 6], within bounds."""
        lengths, angles = self.lattice.restore(lattice.numpy(), counts.numpy())
        held = bounded_lattice(torch.from_numpy(lengths), torch.from_numpy(angles), counts, bounds)
        return held[0].numpy(), held[1].numpy()

    def _held(self, lattice: Tensor, counts: Tensor, bounds: LatticeBounds) -> Tensor:
        lengths, angles = self._bounded(lattice, counts, bounds)
        inside = self.lattice.standardise(lengths, angles, counts.numpy())
        return torch.from_numpy(inside).to(lattice.dtype)

    def _drawn_apart(self, end: FlowEnd, least: float, bounds: LatticeBounds | None) -> Tensor:
        counts = end.mask.sum(-1)
        lengths, angles = self._bounded(end.lattice, counts, bounds)
        frac = end.frac.double().numpy()
        draw_apart(frac, lattice_matrices(lengths, angles), counts.numpy(), least)
        return torch.from_numpy(frac).to(end.frac.dtype)

    def _watched(
        self, watch: Callable[[int, Crystals], None], names: list[str], bounds: LatticeBounds | None
    ) -> Callable[[int, FlowEnd], None]:
        return lambda step, end: watch(step, self.crystals(end, names, bounds))


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
