"""Blocks of GemNet-dT: triplet interaction, update of atoms, output of forces.

Source: Gasteiger, Becker, Günnemann, "GemNet: Universal Directional Graph Neural Networks for Molecules"
(NeurIPS 2021), section 5 and figures 2 and 5; dT is its variant with triplets and direct forces.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from .geometry import Geometry
from .layers import HALF, Dense, EdgeEmbedding, Residual, residual_stack
from .scale_factor import ScaleFactor
from .settings import GemNetSettings


class Bases(NamedTuple):
    """Radial and angular functions as all blocks share them."""

    triplet: Tensor
    """[E, radial]."""
    circular: Tensor
    """[E, circular, S], of the distance of the edge that is updated."""
    angular: Tensor
    """[A, K * S, K]: Y_l0 between the edges into an atom, 0 for an edge with itself."""
    atom: Tensor
    """[E, radial]."""
    output: Tensor
    """[E, radial]."""


class TripletInteraction(nn.Module):
    """Edges b -> a update the edge c -> a, by the angle at a; and its opposite a -> c.

    The sum over b is one matrix product for each atom, with no list of triplets.
    """

    def __init__(self, s: GemNetSettings) -> None:
        super().__init__()
        self.other = Dense(s.width, s.width, active=True)
        self.radial, self.scale_radial = Dense(s.radial, s.width), ScaleFactor()
        self.down = Dense(s.width, s.triplet, active=True)
        self.bilinear = nn.Parameter(torch.empty(s.triplet * s.circular, s.bilinear))
        # He's variance by the fan-in of the whole map, as in the paper's efficient form.
        he = torch.empty(s.bilinear, s.triplet * s.circular)
        self.bilinear.data.copy_(nn.init.normal_(he, std=(s.triplet * s.circular) ** -0.5).T)
        self.scale_sum = ScaleFactor()
        self.up_own = Dense(s.bilinear, s.width, active=True)
        self.up_opposite = Dense(s.bilinear, s.width, active=True)

    def forward(self, messages: Tensor, geometry: Geometry, bases: Bases) -> Tensor:
        other = self.other(messages)
        other = self.down(self.scale_radial(other, other * self.radial(bases.triplet)))
        atoms, slots = geometry.slots.shape
        padded = torch.cat([other, other.new_zeros(1, other.shape[1])])[geometry.slots]  # [A, K, triplet]
        degrees = bases.circular.shape[-1]
        met = (bases.angular @ padded).view(atoms * slots, degrees, other.shape[1])[geometry.place]
        mixed = (bases.circular @ met).flatten(1) @ self.bilinear
        mixed = self.scale_sum(other, mixed)
        return (self.up_own(mixed) + self.up_opposite(mixed)[geometry.opposite]) * HALF


class AtomUpdate(nn.Module):
    """Edges summed into the atom they end at, weighted by distance."""

    def __init__(self, s: GemNetSettings) -> None:
        super().__init__()
        self.radial, self.scale = Dense(s.radial, s.width), ScaleFactor()
        self.layers = residual_stack(s.width, s.width, s.atom_layers)

    def forward(self, messages: Tensor, radial: Tensor, receiver: Tensor, atoms: int) -> Tensor:
        weighted = messages * self.radial(radial)
        total = weighted.new_zeros(atoms, weighted.shape[1]).index_add(0, receiver, weighted)
        return self.layers(self.scale(messages, total))


class Interaction(nn.Module):
    """One round: edges by triplets, atoms by edges, edges by atoms."""

    def __init__(self, s: GemNetSettings) -> None:
        super().__init__()
        self.own = Dense(s.width, s.width, active=True)
        self.triplets = TripletInteraction(s)
        self.before_skip = nn.Sequential(*(Residual(s.width) for _ in range(s.before_skip)))
        self.after_skip = nn.Sequential(*(Residual(s.width) for _ in range(s.after_skip)))
        self.atom_update = AtomUpdate(s)
        self.concat = EdgeEmbedding(s.width, s.width, s.width)
        self.concat_layers = nn.Sequential(*(Residual(s.width) for _ in range(s.concat_layers)))

    def forward(
        self, atoms: Tensor, messages: Tensor, geometry: Geometry, bases: Bases
    ) -> tuple[Tensor, Tensor]:
        x = (self.own(messages) + self.triplets(messages, geometry, bases)) * HALF
        messages = self.after_skip((messages + self.before_skip(x)) * HALF)
        told = self.atom_update(messages, bases.atom, geometry.receiver, len(atoms))
        atoms = (atoms + told) * HALF
        mixed = self.concat_layers(self.concat(atoms, messages, geometry.sender, geometry.receiver))
        return atoms, (messages + mixed) * HALF


class Output(nn.Module):
    """The force along each edge that one level of messages gives; and, where kept, energies of atoms."""

    def __init__(self, s: GemNetSettings) -> None:
        super().__init__()
        self.layers = residual_stack(s.width, s.width, s.atom_layers)
        self.radial, self.scale = Dense(s.radial, s.width), ScaleFactor()
        self.force = Dense(s.width, 1)
        self.atom_update = AtomUpdate(s) if s.energies else None
        self.energy = Dense(s.width, 1) if s.energies else None

    def forward(self, messages: Tensor, radial: Tensor) -> Tensor:
        """[E]."""
        x = self.layers(messages)
        return self.force(self.scale(x, x * self.radial(radial))).squeeze(-1)

    def energies(self, messages: Tensor, radial: Tensor, receiver: Tensor, atoms: int) -> Tensor:
        """[A]."""
        assert self.atom_update is not None and self.energy is not None
        return self.energy(self.atom_update(messages, radial, receiver, atoms)).squeeze(-1)
