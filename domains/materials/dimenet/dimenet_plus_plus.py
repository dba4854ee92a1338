"""DimeNet++ on periodic crystals: directional messages along the edges, one vector for each crystal."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..crystals.batch import CrystalBatch
from ..message_graph import MessageGraph, Slots
from .angular_basis import zonal_harmonics
from .layers import EdgeEmbedding, Interaction, Output
from .radial_basis import BesselBasis, SphericalRadialBasis
from .settings import DimeNetSettings


class DimeNetPlusPlus(nn.Module):
    """Crystals and their edges to `outputs` numbers each: the mean over atoms of what all levels say.

    Invariant to rotation, translation, the choice of cell origin and the order of atoms. Angles carry no
    gradient to the coordinates (as in CDVAE); distances do.

    Sources: DimeNet (2020), DimeNet++ (2020); periodic form and mean of atoms, CDVAE (Xie et al. 2022).
    """

    def __init__(self, settings: DimeNetSettings, outputs: int) -> None:
        super().__init__()
        s = self.settings = settings
        self.radial = BesselBasis(s.num_radial, s.cutoff, s.envelope_exponent)
        self.waves = SphericalRadialBasis(s.num_spherical, s.num_radial, s.cutoff, s.envelope_exponent)
        self.embedding = EdgeEmbedding(s.num_radial, s.width)
        self.interactions = nn.ModuleList(
            Interaction(s.width, s.inner, s.basis, s.num_spherical, s.num_radial) for _ in range(s.blocks)
        )
        self.outputs = nn.ModuleList(
            Output(s.num_radial, s.width, s.out_width, outputs, s.out_layers) for _ in range(s.blocks + 1)
        )

    def forward(self, batch: CrystalBatch, graph: MessageGraph) -> Tensor:
        """[B, outputs]."""
        atoms = self.atoms(batch, graph)
        total = atoms.new_zeros(len(batch), atoms.shape[1]).index_add(0, batch.crystal, atoms)
        return total / batch.counts[:, None]

    def atoms(self, batch: CrystalBatch, graph: MessageGraph) -> Tensor:
        """[A, outputs], before the mean."""
        n_atoms, vectors = len(batch.numbers), graph.vectors(batch)
        distance = torch.linalg.vector_norm(vectors, dim=-1)
        radial, waves = self.radial(distance), self.waves(distance)
        incoming, outgoing = Slots.of(graph.receiver, n_atoms), Slots.of(graph.sender, n_atoms)
        with torch.no_grad():
            unit = vectors / distance[:, None]
            opposite = graph.opposite(n_atoms)
            angular = angular_products(self.settings.num_spherical, unit, opposite, incoming, outgoing)
        x = self.embedding(batch.numbers, radial, graph.receiver, graph.sender)
        said = self.outputs[0](x, radial, graph.receiver, n_atoms)
        for interaction, output in zip(self.interactions, list(self.outputs)[1:], strict=True):
            x = interaction(x, radial, waves, angular, incoming, outgoing)
            said = said + output(x, radial, graph.receiver, n_atoms)
        return said


def angular_products(
    degrees: int, unit_E3: Tensor, opposite_E: Tensor, incoming: Slots, outgoing: Slots
) -> Tensor:
    """Y_l0 of the angle between each edge into an atom and each out of it, [N, K_out, K_in * degrees].

    Both directions are those of the messages, so 1 is straight on and -1 would be straight back; the edge
    back itself (same two atoms, same image) is left out with a 0.
    """
    into, out = incoming.gather(unit_E3), outgoing.gather(unit_E3)
    cosine = (out @ into.transpose(1, 2)).clamp(-1, 1)
    edges = len(unit_E3)
    mirror = torch.cat([opposite_E, opposite_E.new_full((1,), edges)])[outgoing.edge]
    straight_back = incoming.edge[:, None, :] == mirror[:, :, None]
    empty = incoming.edge[:, None, :] == edges
    values = torch.where((straight_back | empty)[..., None], 0, zonal_harmonics(degrees, cosine))
    return values.flatten(2)
