"""The neighbour list as tensors: on any device, for lattices that change, with vectors to differentiate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..crystals.batch import CrystalBatch, lattice_matrices
from .checks import MOST_NEIGHBORS, SMALLEST_VOLUME, WIDEST_IMAGE, check_cells, check_search
from .nearest import TIE
from .neighbor_list import SLACK, NeighborList
from .torch_search import expand, image_search, mirror_positions, nearest_mask, triangular_cells


@dataclass(frozen=True)
class NeighborTensors:
    """As `NeighborList`, in the same order, as tensors of one device."""

    sender: Tensor
    """int64 [E]."""
    receiver: Tensor
    """int64 [E], ascending."""
    image: Tensor
    """int64 [E, 3]."""
    vector: Tensor
    """x_sender + image @ L - x_receiver in angstrom [E, 3], differentiable in coordinates and lattice."""
    distance: Tensor
    """Its length [E]."""
    receiver_offsets: Tensor
    """Edges of atom i are receiver_offsets[i]:receiver_offsets[i + 1], int64 [A + 1]."""
    edge_offsets: Tensor
    """Edges of crystal m are edge_offsets[m]:edge_offsets[m + 1], int64 [B + 1]."""
    enlarged: Tensor
    """Atoms with nobody inside the cutoff, which got their nearest neighbour, int64."""

    def __len__(self) -> int:
        return len(self.sender)

    @classmethod
    def of(cls, found: NeighborList, batch: CrystalBatch) -> NeighborTensors:
        """A list found before (`neighbor_list`, then `take`) with the vectors of this batch."""
        device = batch.frac.device
        sender, receiver, image, offsets, edge_offsets, enlarged = (
            torch.as_tensor(x).long().to(device)
            for x in (
                found.sender,
                found.receiver,
                found.image,
                found.receiver_offsets,
                found.edge_offsets,
                found.enlarged,
            )
        )
        vector = edge_vectors(batch, sender, receiver, image)
        distance = torch.linalg.vector_norm(vector, dim=-1)
        return cls(sender, receiver, image, vector, distance, offsets, edge_offsets, enlarged)


def edge_vectors(batch: CrystalBatch, sender: Tensor, receiver: Tensor, image: Tensor) -> Tensor:
    """x_sender + image @ L - x_receiver in angstrom [E, 3], for another batch of the same edges too."""
    apart = batch.frac[sender] - batch.frac[receiver] + image.to(batch.frac.dtype)
    return torch.einsum("ei,eij->ej", apart, batch.matrices()[batch.crystal[receiver]])


def neighbor_list_torch(
    batch: CrystalBatch,
    cutoff: float,
    max_neighbors: int | None = None,
    symmetric: bool = False,
    whole_shells: bool = False,
) -> NeighborTensors:
    """What `neighbor_list` finds, in the same order; arguments as there.

    The search itself is done in float64 and without gradients; vectors and distances have the batch's dtype.

    Raises:
        InputError: as `neighbor_list`.
    """
    check_search(cutoff, max_neighbors)
    with torch.no_grad():
        sender, receiver, image, enlarged = _search(batch, cutoff, max_neighbors, symmetric, whole_shells)
    vector = edge_vectors(batch, sender, receiver, image)
    distance = torch.linalg.vector_norm(vector, dim=-1)
    atoms = torch.arange(len(batch.frac) + 1, device=sender.device)
    receiver_offsets = torch.searchsorted(receiver, atoms)
    starts = torch.nn.functional.pad(batch.counts.cumsum(0), (1, 0))
    return NeighborTensors(
        sender, receiver, image, vector, distance, receiver_offsets, receiver_offsets[starts], enlarged
    )


def _search(
    batch: CrystalBatch, cutoff: float, max_neighbors: int | None, symmetric: bool, whole_shells: bool
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Senders, receivers, images and lonely atoms."""
    frac = batch.frac.double()
    matrices = lattice_matrices(batch.lengths.double(), batch.angles.double())
    _check(batch, frac, matrices, cutoff)
    cells = triangular_cells(matrices)
    crystal, within = expand(batch.counts.square())
    atoms = batch.counts[crystal]
    first = (batch.counts.cumsum(0) - batch.counts)[crystal]
    row, column = within // atoms.clamp_min(1), within % atoms.clamp_min(1)
    receivers, senders = first + row, first + column
    apart = frac[senders] - frac[receivers]
    radii = torch.full_like(frac[:, 0], cutoff + SLACK)

    def found_within(of_pair: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return image_search(cells[crystal], apart, of_pair, senders == receivers)

    pair, image, distance = found_within(radii[receivers])
    alone = torch.bincount(receivers[pair], minlength=len(frac)) == 0
    enlarged = alone.nonzero()[:, 0]
    if len(enlarged):
        rows = alone[receivers].nonzero()[:, 0]
        bounds = (batch.lengths.double().amin(-1) + SLACK)[crystal[rows]]
        some, _, near = image_search(cells[crystal[rows]], apart[rows], bounds, (senders == receivers)[rows])
        nearest = torch.full_like(radii, math.inf).scatter_reduce(0, receivers[rows[some]], near, "amin")
        radii = torch.where(alone, nearest + TIE, radii)
        of_pair = radii[receivers]
        pair, image, distance = found_within(torch.maximum(of_pair, radii[senders]) if symmetric else of_pair)
    sender, receiver = senders[pair], receivers[pair]
    if max_neighbors is not None:
        keep = nearest_mask(receiver, image, distance, len(frac), max_neighbors, whole_shells)
        if symmetric:
            opposite = (torch.arange(len(crystal), device=pair.device) - within) + column * atoms + row
            keep = keep | keep[mirror_positions(pair, opposite)]
        sender, receiver, image = sender[keep], receiver[keep], image[keep]
    return sender, receiver, image, enlarged


def _check(batch: CrystalBatch, frac: Tensor, matrices: Tensor, cutoff: float) -> None:
    """One look at the device; only where something is wrong do the arrays travel to find out what."""
    a, b, c = matrices.unbind(-2)
    areas = torch.stack([torch.linalg.cross(x, y).norm(dim=-1) for x, y in ((b, c), (c, a), (a, b))], dim=-1)
    volumes = torch.linalg.det(matrices).abs()
    dense = 4 / 3 * math.pi * cutoff**3 * batch.counts > MOST_NEIGHBORS * volumes
    thin = cutoff * areas.amax(-1) > WIDEST_IMAGE * volumes
    far = ~(frac.abs() <= WIDEST_IMAGE / 8)
    if bool(~(volumes >= SMALLEST_VOLUME).all() | dense.any() | thin.any() | far.any()):
        offsets = torch.nn.functional.pad(batch.counts.cumsum(0), (1, 0))
        check_cells(frac.cpu().numpy(), offsets.cpu().numpy(), matrices.cpu().numpy(), cutoff)
