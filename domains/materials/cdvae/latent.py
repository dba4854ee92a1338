"""The variational part of CDVAE: encoder, latent vector, and heads that read it. Shared by all decoders.

    latent = CrystalLatent(LatentSettings(...))          # an nn.Module; put it inside your own
    latent.fit_scalers(crystals, property_values)        # once, from training data; kept as buffers
    mu, logvar = latent.encode(batch)                    # both [B, width]; graph=: a MessageGraph at hand
    z = latent.sample(mu, logvar)                        # noise=: [B, width]
    heads = latent.heads(z)                              # Heads: num_atoms, lattice, composition, property
    parts = latent.losses(batch, heads, mu, logvar, y)   # {"num_atoms": [B], ...}, one value a crystal
    loss = latent.total(parts, LatentWeights())          # scalar: weighted mean over the batch
    lengths, angles = latent.lattice(heads, counts)      # angstrom and degrees [B, 3], bounded
    value = latent.property_of(heads)                    # [B] in the unit of the data

Source: Xie, Fu, Ganea, Barzilay, Jaakkola, "Crystal Diffusion Variational Autoencoder" (ICLR 2022), section 4
and appendix; its latent has 256 numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ....shared.errors import InputError
from ..crystal_graph import crystal_graph
from ..crystals.batch import CrystalBatch
from ..crystals.crystals import Crystals
from ..dimenet.dimenet_plus_plus import DimeNetPlusPlus
from ..lattice_bounds import LatticeBounds
from ..message_graph import MessageGraph
from .lattice_bounds import bounded_lattice
from .settings import LatentSettings, LatentWeights
from .standardizer import Standardizer

ELEMENTS = 100
"""Columns of type logits; column Z - 1."""


class Heads(NamedTuple):
    """What the latent vectors of B crystals say."""

    num_atoms: Tensor
    """Logits [B, max_atoms + 1]; column n is n atoms."""
    lattice: Tensor
    """Standardised [length / N^(1/3), angle], [B, 6]."""
    composition: Tensor
    """Logits [B, 100] of a crystal's elements, column Z - 1."""
    property: Tensor | None
    """Standardised [B]; None without `predict_property`."""


class CrystalLatent(nn.Module):
    """Crystals to a normal distribution of latent vectors, and latent vectors to what they say."""

    def __init__(self, settings: LatentSettings) -> None:
        super().__init__()
        s = self.settings = settings
        self.encoder = DimeNetPlusPlus(s.encoder, outputs=s.width)
        self.mu, self.logvar = nn.Linear(s.width, s.width), nn.Linear(s.width, s.width)
        self.num_atoms = self._head(s.max_atoms + 1)
        self.lattice_head = self._head(6)
        self.composition = self._head(ELEMENTS)
        self.property = self._head(1) if s.predict_property else None
        self.lattice_scaler = Standardizer(6)
        self.property_scaler = Standardizer(1)

    def _head(self, outputs: int) -> nn.Sequential:
        s = self.settings
        layers: list[nn.Module] = [nn.Linear(s.width, s.hidden), nn.ReLU()]
        for _ in range(s.hidden_layers - 1):
            layers += [nn.Linear(s.hidden, s.hidden), nn.ReLU()]
        return nn.Sequential(*layers, nn.Linear(s.hidden, outputs))

    def fit_scalers(self, crystals: Crystals, values: np.ndarray | None = None) -> None:
        """Take mean and deviation of lattices and, with `values` [M], of the property.

        Raises:
            InputError: no crystal, a crystal with more than `max_atoms`, or no finite property value.
        """
        if not len(crystals):
            raise InputError("crystals", "there is none", expected="at least one to train on")
        most = int(crystals.counts.max())
        if most > self.settings.max_atoms:
            name = crystals.ids[int(crystals.counts.argmax())]
            raise InputError(
                "crystals",
                f"has {most} atoms",
                where=name,
                expected=f"at most max_atoms = {self.settings.max_atoms}",
                remedy="Raise max_atoms or leave large crystals out",
            )
        lengths = crystals.lengths / np.cbrt(crystals.counts)[:, None]
        self.lattice_scaler.fit(np.concatenate([lengths, crystals.angles], axis=1))
        if values is not None:
            if not np.isfinite(values).any():
                raise InputError("property", "no crystal has a value", expected="at least one finite number")
            self.property_scaler.fit(np.where(np.isfinite(values), values, np.nan)[:, None])

    def encode(self, batch: CrystalBatch, graph: MessageGraph | None = None) -> tuple[Tensor, Tensor]:
        """Mean and log variance of each crystal's latent vector, both [B, width].

        Args:
            graph: edges as `crystal_graph` makes them with the encoder's cutoff; None: made here.
        """
        if graph is None:
            encoder = self.settings.encoder
            graph = crystal_graph(batch, encoder.cutoff, encoder.max_neighbors)
        answer = self.encoder(batch, graph)
        return self.mu(answer), self.logvar(answer)

    @staticmethod
    def sample(mu: Tensor, logvar: Tensor, noise: Tensor | None = None) -> Tensor:
        """mu + noise * exp(logvar / 2), [B, width]; noise is standard normal where it is not given."""
        return mu + (torch.randn_like(mu) if noise is None else noise) * (logvar / 2).exp()

    def heads(self, z: Tensor) -> Heads:
        """All heads on latent vectors [B, width]."""
        value = None if self.property is None else self.property(z).squeeze(-1)
        return Heads(self.num_atoms(z), self.lattice_head(z), self.composition(z), value)

    def lattice(
        self, heads: Heads, counts: Tensor, bounds: LatticeBounds | None = None
    ) -> tuple[Tensor, Tensor]:
        """Lengths in angstrom and angles in degrees, both [B, 3], of cells with `counts` atoms; bounded.

        Args:
            bounds: narrower ones.
        """
        scaled = self.lattice_scaler.inverse(heads.lattice)
        growth = counts.to(scaled.dtype).pow(1 / 3)[:, None]
        return bounded_lattice(scaled[:, :3] * growth, scaled[:, 3:], counts, bounds)

    def lattice_target(self, batch: CrystalBatch) -> Tensor:
        """Standardised lattices [B, 6] as the head should answer."""
        shrink = batch.counts.to(batch.lengths.dtype).pow(1 / 3)[:, None]
        return self.lattice_scaler(torch.cat([batch.lengths / shrink, batch.angles], dim=-1))

    def property_of(self, heads: Heads) -> Tensor:
        """Property [B] in the unit of the training data.

        Raises:
            InputError: the model was made without `predict_property`.
        """
        if heads.property is None:
            raise InputError(
                "property",
                "this model predicts none",
                remedy="Fit it with property= naming a column of the data",
            )
        return self.property_scaler.inverse(heads.property[:, None]).squeeze(-1)

    def losses(
        self, batch: CrystalBatch, heads: Heads, mu: Tensor, logvar: Tensor, values: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Unweighted losses of each crystal, [B] by name.

        `num_atoms` and `composition` are cross entropies (composition: mean over the atoms), `lattice` the
        mean squared error of six standardised numbers, `kl` the divergence from the standard normal, summed
        over the latent. `property`, a squared error of the standardised value, only where the model predicts
        one; unknown values (NaN) count 0.

        Args:
            values: property in its own unit [B]; None: none is known.
        """
        log_elements = functional.log_softmax(heads.composition, dim=-1)
        of_atoms = -log_elements[batch.crystal, batch.numbers - 1]
        composition = of_atoms.new_zeros(len(batch)).index_add(0, batch.crystal, of_atoms) / batch.counts
        parts = {
            "num_atoms": functional.cross_entropy(heads.num_atoms, batch.counts, reduction="none"),
            "lattice": (heads.lattice - self.lattice_target(batch)).square().mean(dim=-1),
            "composition": composition,
            "kl": -0.5 * (1 + logvar - mu.square() - logvar.exp()).sum(dim=-1),
        }
        if heads.property is not None and values is not None:
            known = torch.isfinite(values)
            target = self.property_scaler(torch.where(known, values, 0.0)[:, None]).squeeze(-1)
            parts["property"] = torch.where(known, (heads.property - target).square(), 0.0)
        return parts

    @staticmethod
    def total(parts: dict[str, Tensor], weights: LatentWeights) -> Tensor:
        """Weighted sum of the means over the batch, a scalar; parts of others are left out."""
        weighted = [
            getattr(weights, name) * parts[name].mean()
            for name in LatentWeights.model_fields
            if name in parts
        ]
        return torch.stack(weighted).sum()
