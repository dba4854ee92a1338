"""Which atoms and periodic images lie around each atom of many crystals: exact for every shape of cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..crystals.crystals import Crystals
from .checks import check_cells, check_search
from .image_search import count_pairs, nearest_distance, write_pairs
from .nearest import TIE, keep_edges, keep_mirrors, keep_nearest
from .running_sums import pair_offsets, receiver_sums, running_sums
from .triangular_cell import triangular_cells

SLACK = 1e-8
"""Angstrom beyond the cutoff: an atom exactly on the sphere is inside in spite of rounding (as pymatgen)."""


@dataclass(frozen=True)
class NeighborList:
    """E directed edges from `sender`, in cell `image`, to `receiver`, in cell 0.

    Edges of a receiver lie side by side, receivers in order; within a receiver by sender, then image.
    """

    sender: np.ndarray
    """Atom of the whole batch, int32 [E]."""
    receiver: np.ndarray
    """Atom of the whole batch, int32 [E], ascending."""
    image: np.ndarray
    """Lattice translation of the sender, int16 [E, 3]."""
    distance: np.ndarray
    """|x_sender + image @ L - x_receiver| in angstrom, float64 [E]."""
    receiver_offsets: np.ndarray
    """Edges of atom i are receiver_offsets[i]:receiver_offsets[i + 1], int64 [A + 1]."""
    offsets: np.ndarray
    """Atoms of crystal m are offsets[m]:offsets[m + 1], int64 [M + 1]."""
    enlarged: np.ndarray
    """Atoms with nobody inside the cutoff, whose radius was enlarged to their nearest neighbour, int64."""

    def __len__(self) -> int:
        return len(self.sender)

    @property
    def edge_offsets(self) -> np.ndarray:
        """Edges of crystal m are edge_offsets[m]:edge_offsets[m + 1], int64 [M + 1]."""
        return self.receiver_offsets[self.offsets]

    @property
    def degrees(self) -> np.ndarray:
        """Incoming edges of each atom, int64 [A]."""
        return np.diff(self.receiver_offsets)

    def take(self, rows: Sequence[int] | np.ndarray) -> NeighborList:
        """The lists of these crystals, in this order: what `neighbor_list` of `crystals.take(rows)` gives."""
        chosen = np.asarray(rows, np.int64)
        atoms, offsets = _gather(self.offsets, chosen)
        edges, receiver_offsets = _gather(self.receiver_offsets, atoms)
        moved = np.repeat(offsets[:-1] - self.offsets[chosen], np.diff(self.edge_offsets)[chosen])
        alone = np.zeros(self.offsets[-1], bool)
        alone[self.enlarged] = True
        return NeighborList(
            (self.sender[edges] + moved).astype(np.int32),
            (self.receiver[edges] + moved).astype(np.int32),
            self.image[edges],
            self.distance[edges],
            receiver_offsets,
            offsets,
            np.flatnonzero(alone[atoms]),
        )


def neighbor_list(
    crystals: Crystals,
    cutoff: float,
    *,
    max_neighbors: int | None = None,
    symmetric: bool = False,
    whole_shells: bool = False,
) -> NeighborList:
    """All neighbours within `cutoff` of every atom, own images included, the atom itself not.

    An atom with nobody inside the cutoff gets its nearest neighbour (all of them where several are as near)
    and is named in `enlarged`.

    Args:
        cutoff: angstrom; an atom exactly on the sphere is inside.
        max_neighbors: the nearest so many of each receiver; among equal distances (closer than 1e-5 angstrom)
            first by image, then by sender.
        symmetric: an edge stays where it or its opposite does, so that every edge has its opposite; then a
            receiver may have more than `max_neighbors`.
        whole_shells: a shell of equal distances which the limit would cut stays whole. Without it the choice
            within the shell depends on the order of atoms and the origin of the cell.

    Raises:
        InputError: no such cutoff or limit; coordinates not finite, cells without volume or absurdly small.
    """
    check_search(cutoff, max_neighbors)
    frac = np.ascontiguousarray(crystals.frac, np.float64)
    offsets = np.ascontiguousarray(crystals.offsets, np.int64)
    matrices = crystals.matrices()
    check_cells(frac, offsets, matrices, cutoff, crystals.ids)
    cells = triangular_cells(matrices)
    pairs = pair_offsets(offsets)
    radii = np.full(len(frac), cutoff + SLACK)
    counts = np.empty(pairs[-1], np.int64)
    shape = frac, offsets, pairs, cells, radii, symmetric
    count_pairs(0, len(cells), *shape, counts)
    degrees = receiver_sums(counts, offsets)
    alone = np.flatnonzero(degrees == 0)
    if len(alone):
        _enlarge(alone, crystals, cells, frac, offsets, radii)
        count_pairs(0, len(cells), *shape, counts)
        degrees = receiver_sums(counts, offsets)
    starts = running_sums(counts)
    edges = int(starts[-1])
    sender, receiver = np.empty(edges, np.int32), np.empty(edges, np.int32)
    image, distance = np.empty((edges, 3), np.int16), np.empty(edges)
    write_pairs(0, len(cells), *shape, starts, sender, receiver, image, distance)
    receiver_offsets = running_sums(degrees)
    found = NeighborList(sender, receiver, image, distance, receiver_offsets, offsets, alone)
    if max_neighbors is None:
        return found
    keep = np.empty(edges, bool)
    keep_nearest(receiver_offsets, sender, image, distance, max_neighbors, whole_shells, keep)
    if symmetric:
        keep_mirrors(0, len(cells), offsets, pairs, starts, keep)
    return _kept(found, keep)


def _enlarge(
    alone: np.ndarray,
    crystals: Crystals,
    cells: np.ndarray,
    frac: np.ndarray,
    offsets: np.ndarray,
    radii: np.ndarray,
) -> None:
    """Set the radius of lonely atoms to their nearest neighbour, at the farthest their own nearest image."""
    for atom in alone:
        m = int(np.searchsorted(offsets, atom, side="right")) - 1
        bound = float(crystals.lengths[m].min()) + SLACK
        radii[atom] = TIE + nearest_distance(frac, offsets[m], offsets[m + 1], atom, cells[m], bound)


def _kept(found: NeighborList, keep: np.ndarray) -> NeighborList:
    """The list without the edges not marked."""
    before = running_sums(keep)
    return NeighborList(
        *keep_edges(keep, found.sender, found.receiver, found.image, found.distance),
        before[found.receiver_offsets],
        found.offsets,
        found.enlarged,
    )


def _gather(offsets: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Members of the chosen rows of a packed table, and their new offsets."""
    counts = np.diff(offsets)[rows]
    packed = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return np.repeat(offsets[rows] - packed[:-1], counts) + np.arange(packed[-1]), packed
