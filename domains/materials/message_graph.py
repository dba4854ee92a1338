"""Who sends to whom in a batch of crystals, laid out so that angles need no list of triplets."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .crystals.batch import CrystalBatch


@dataclass(frozen=True)
class MessageGraph:
    """E directed edges among the atoms of a batch, from `sender` in cell `image` to `receiver` in cell 0."""

    sender: Tensor
    """int64 [E], rows of the batch's atoms."""
    receiver: Tensor
    """int64 [E]."""
    image: Tensor
    """int64 [E, 3], whole lattice vectors added to the sender."""

    def to(self, device: torch.device | str) -> MessageGraph:
        return MessageGraph(self.sender.to(device), self.receiver.to(device), self.image.to(device))

    def vectors(self, batch: CrystalBatch) -> Tensor:
        """From sender to receiver in angstrom [E, 3], differentiable in coordinates and lattice."""
        shift = batch.frac[self.receiver] - batch.frac[self.sender] - self.image.to(batch.frac.dtype)
        lattice = batch.matrices()[batch.crystal[self.receiver]]
        return torch.einsum("ei,eij->ej", shift, lattice)

    def opposite(self, n_atoms: int) -> Tensor:
        """Row of each edge's mirror image, int64 [E]; -1 where the graph does not hold it."""
        if not len(self.sender):
            return self.sender
        forth = self._keys(self.sender, self.receiver, self.image, n_atoms)
        back = self._keys(self.receiver, self.sender, -self.image, n_atoms)
        ordered, rows = forth.sort()
        place = torch.searchsorted(ordered, back).clamp_max(len(ordered) - 1)
        return torch.where(ordered[place] == back, rows[place], -1)

    def _keys(self, sender: Tensor, receiver: Tensor, image: Tensor, n_atoms: int) -> Tensor:
        reach = self.image.abs().max() + 1
        width = 2 * reach + 1
        x, y, z = (image + reach).unbind(-1)
        return ((((sender * n_atoms + receiver) * width + x) * width) + y) * width + z


@dataclass(frozen=True)
class Slots:
    """Edges gathered by one of their atoms: a [N, K] table instead of ragged lists."""

    edge: Tensor
    """int64 [N, K]: rows of the atom's edges, then E for slots that stay empty."""
    place: Tensor
    """int64 [E]: each edge's cell of the flattened table."""

    @classmethod
    def of(cls, atoms: Tensor, n_atoms: int) -> Slots:
        """Slots of edges by `atoms`, int64 [E], the atom of each edge in question."""
        counts = torch.bincount(atoms, minlength=n_atoms)
        width = int(counts.max()) if len(atoms) else 0
        order = torch.argsort(atoms, stable=True)
        first = counts.cumsum(0) - counts
        rank = torch.arange(len(atoms), device=atoms.device) - first[atoms[order]]
        place = torch.empty_like(atoms)
        place[order] = atoms[order] * width + rank
        edge = torch.full((n_atoms * width,), len(atoms), dtype=torch.int64, device=atoms.device)
        edge[place] = torch.arange(len(atoms), device=atoms.device)
        return cls(edge.view(n_atoms, width), place)

    def gather(self, values: Tensor) -> Tensor:
        """Values of edges [E, ...] as [N, K, ...], 0 in empty slots."""
        return torch.cat([values, values.new_zeros(1, *values.shape[1:])])[self.edge]

    def scatter(self, values: Tensor) -> Tensor:
        """Values in slots [N, K, ...] back to edges [E, ...]."""
        return values.flatten(0, 1)[self.place]
