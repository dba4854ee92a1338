"""GemNet-dT on periodic crystals, told a latent vector of each: one vector and one hidden state an atom."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ....shared.errors import InputError
from ..dimenet.angular_basis import zonal_harmonics
from .blocks import Bases, Interaction, Output
from .geometry import Geometry
from .layers import Dense, EdgeEmbedding, GaussianBasis, he_orthogonal
from .settings import GemNetSettings

ELEMENTS = 100


class GemNetAnswer(NamedTuple):
    """For A atoms."""

    hidden: Tensor
    """[A, width], invariant."""
    forces: Tensor
    """[A, 3], turns with the crystal."""
    energies: Tensor | None
    """[A], where they were asked for."""


class GemNetDT(nn.Module):
    """Triplets and direct forces. Invariant in `hidden`, equivariant in `forces`.

    Args:
        latent: width of the vector each crystal brings; it is mixed into the embedding of its atoms.

    Sources: GemNet (2021); with a latent vector, CDVAE (2022).
    """

    def __init__(self, settings: GemNetSettings, latent: int) -> None:
        super().__init__()
        s = self.settings = settings
        self.element = nn.Embedding(ELEMENTS, s.width)
        nn.init.uniform_(self.element.weight, -math.sqrt(3), math.sqrt(3))
        self.mix_latent = nn.Linear(s.width + latent, s.width)
        self.basis = GaussianBasis(s.num_radial, s.cutoff, s.envelope_exponent)
        self.radial_triplet = Dense(s.num_radial, s.radial)
        self.radial_atom = Dense(s.num_radial, s.radial)
        self.radial_output = Dense(s.num_radial, s.radial)
        self.circular = nn.Parameter(torch.empty(s.num_spherical, s.num_radial, s.circular))
        for plane in self.circular.data:
            plane.copy_(he_orthogonal(torch.empty(s.circular, s.num_radial)).T)
        self.edge = EdgeEmbedding(s.width, s.num_radial, s.width)
        self.interactions = nn.ModuleList(Interaction(s) for _ in range(s.blocks))
        self.outputs = nn.ModuleList(Output(s) for _ in range(s.blocks + 1))

    def forward(
        self, numbers: Tensor, z: Tensor, geometry: Geometry, *, energies: bool = False
    ) -> GemNetAnswer:
        """Of tensors alone, so that it can be compiled.

        Args:
            numbers: atomic numbers [A].
            z: latent vector of each atom's crystal [A, latent].
            energies: answer the energy branch as well, which `settings.energies` must keep.

        Raises:
            InputError: energies of a network that keeps no such branch.
        """
        if energies and not self.settings.energies:
            raise InputError(
                "energies", "this network keeps no energy branch", expected="settings with energies=True"
            )
        count = len(numbers)
        atoms = self.mix_latent(torch.cat([self.element(numbers - 1), z], dim=-1))
        waves = self.basis(geometry.distance)
        bases = self._bases(waves, geometry)
        messages = self.edge(atoms, waves, geometry.sender, geometry.receiver)
        force = self.outputs[0](messages, bases.output)
        levels = [messages]
        for interaction, output in zip(self.interactions, list(self.outputs)[1:], strict=True):
            atoms, messages = interaction(atoms, messages, geometry, bases)
            force = force + output(messages, bases.output)
            levels.append(messages)
        pull = force[:, None] * geometry.unit
        forces = pull.new_zeros(count, 3).index_add(0, geometry.receiver, pull)
        told = None
        if energies:
            parts = zip(self.outputs, levels, strict=True)
            each = [o.energies(m, bases.output, geometry.receiver, count) for o, m in parts]  # type: ignore[operator]
            told = torch.stack(each).sum(dim=0)
        return GemNetAnswer(atoms, forces, told)

    def _bases(self, waves: Tensor, geometry: Geometry) -> Bases:
        edges = len(waves)
        degrees, _, circular = self.circular.shape
        weight = self.circular.permute(1, 2, 0).flatten(1)
        directions = torch.cat([geometry.unit, geometry.unit.new_zeros(1, 3)])[geometry.slots]  # [A, K, 3]
        cosine = (directions @ directions.transpose(1, 2)).clamp(-1, 1)
        empty = geometry.slots == edges
        left_out = empty[:, None, :] | torch.eye(cosine.shape[1], dtype=torch.bool, device=cosine.device)
        angular = torch.where(left_out[..., None], 0, zonal_harmonics(degrees, cosine))  # [A, K, K, S]
        return Bases(
            triplet=self.radial_triplet(waves),
            circular=(waves @ weight).view(edges, circular, degrees),
            angular=angular.transpose(2, 3).flatten(1, 2),
            atom=self.radial_atom(waves),
            output=self.radial_output(waves),
        )
