"""CDVAE: a latent vector of a crystal, and a decoder that pulls noisy atoms to where it says they belong.

Source: Xie, Fu, Ganea, Barzilay, Jaakkola, "Crystal Diffusion Variational Autoencoder for Periodic Material
Generation" (ICLR 2022).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..crystal_graph import crystal_graph
from ..crystals.batch import CrystalBatch
from ..gemnet.geometry import edge_geometry
from ..gemnet.scale_factor import fit_scale_factors
from ..message_graph import MessageGraph
from .decoder import CdvaeDecoder, Decoded
from .latent import CrystalLatent, Heads
from .minimum_image import minimum_image
from .noise import Noise, corrupted_types, geometric_levels, moved
from .settings import CdvaeSettings


class Cdvae(nn.Module):
    """Latent, heads, GemNet-dT decoder and noise levels.

    With the paper's settings and 20 atoms it has 4,919,017 parameters (4,985,066 with the property head).
    """

    sigma: Tensor
    type_sigma: Tensor

    def __init__(self, settings: CdvaeSettings) -> None:
        super().__init__()
        s = self.settings = settings
        self.latent = CrystalLatent(s.latent)
        self.decoder = CdvaeDecoder(s.decoder, s.latent.width)
        sigma = geometric_levels(*s.noise.coordinates, s.noise.levels)
        type_sigma = geometric_levels(*s.noise.types, s.noise.levels)
        self.register_buffer("sigma", sigma, persistent=False)
        self.register_buffer("type_sigma", type_sigma, persistent=False)

    def decoder_graph(self, batch: CrystalBatch) -> MessageGraph:
        """Edges of crystals as they stand now, each with its mirror image."""
        decoder = self.settings.decoder
        with torch.no_grad():
            return crystal_graph(batch, decoder.cutoff, decoder.max_neighbors, symmetric=True)

    def decode(self, batch: CrystalBatch, z: Tensor, graph: MessageGraph | None = None) -> Decoded:
        """Noisy crystals and latent vectors [B, width] to elements and pulls."""
        graph = self.decoder_graph(batch) if graph is None else graph
        return self.decoder(batch.numbers, z[batch.crystal], edge_geometry(batch, graph))

    def corrupted(
        self, batch: CrystalBatch, heads: Heads, noise: Noise, *, teacher: bool
    ) -> tuple[CrystalBatch, Tensor, Tensor]:
        """Noisy crystals, with the levels [B] of coordinates and types.

        Args:
            teacher: give the true lattice, not the predicted one (through which gradients flow).
        """
        sigma = self.sigma.to(batch.frac)[noise.coordinate_level]
        type_sigma = self.type_sigma.to(batch.frac)[noise.type_level]
        lengths, angles = batch.lengths, batch.angles
        if not teacher:
            lengths, angles = self.latent.lattice(heads, batch.counts)
        composition = heads.composition.detach().softmax(dim=-1)[batch.crystal]
        numbers = corrupted_types(batch.numbers, composition, type_sigma[batch.crystal], noise.types)
        cells = CrystalBatch(batch.frac, numbers, lengths, angles, batch.counts)
        return moved(cells, sigma[batch.crystal, None] * noise.coordinates), sigma, type_sigma

    def losses(
        self,
        batch: CrystalBatch,
        noise: Noise,
        *,
        graph: MessageGraph | None = None,
        values: Tensor | None = None,
        teacher: bool = True,
    ) -> dict[str, Tensor]:
        """Unweighted losses of each crystal, [B] by name: those of `CrystalLatent.losses` and

        * `coordinates`: 0.5 sigma^2 |d / sigma^2 - pull / sigma|^2 = 0.5 |d / sigma - pull|^2, mean of atoms;
          d is the shortest vector from the noisy to the true place, in the true lattice;
        * `types`: cross entropy of the true elements over the types' sigma, mean over atoms.

        Args:
            graph: the encoder's edges; `values`: property [B], NaN where unknown.
        """
        mu, logvar = self.latent.encode(batch, graph)
        z = self.latent.sample(mu, logvar, noise.latent)
        heads = self.latent.heads(z)
        noisy, sigma, type_sigma = self.corrupted(batch, heads, noise, teacher=teacher)
        decoded = self.decode(noisy, z)
        crystal = batch.crystal
        way = minimum_image(batch.frac - noisy.frac.detach(), batch.matrices()[crystal])
        pulls = 0.5 * (way / sigma[crystal, None] - decoded.pull).square().sum(dim=-1)
        surprise = functional.cross_entropy(decoded.types, batch.numbers - 1, reduction="none")
        return {
            "coordinates": crystal_mean(pulls, batch),
            "types": crystal_mean(surprise, batch) / type_sigma,
            **self.latent.losses(batch, heads, mu, logvar, values),
        }

    @torch.no_grad()
    def fit_scale_factors(self, batch: CrystalBatch, noise: Noise) -> dict[str, float]:
        """Set GemNet's constants on one batch of training data, as noisy as the training will show it."""
        mu, logvar = self.latent.encode(batch)
        z = self.latent.sample(mu, logvar, noise.latent)
        noisy, _, _ = self.corrupted(batch, self.latent.heads(z), noise, teacher=True)
        geometry = edge_geometry(noisy, self.decoder_graph(noisy))
        gemnet, energies = self.decoder.gemnet, self.settings.decoder.energies
        of_atoms = z[noisy.crystal]
        return fit_scale_factors(gemnet, lambda: gemnet(noisy.numbers, of_atoms, geometry, energies=energies))


def crystal_mean(values_A: Tensor, batch: CrystalBatch) -> Tensor:
    """Mean over the atoms of each crystal, [B]."""
    return values_A.new_zeros(len(batch)).index_add(0, batch.crystal, values_A) / batch.counts
