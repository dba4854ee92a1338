"""Directions and distances of a graph's edges, as GemNet reads them; no weights, nothing to compile."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ....shared.errors import InputError
from ..crystals.batch import CrystalBatch
from ..message_graph import MessageGraph, Slots


class Geometry(NamedTuple):
    """What the blocks read of a graph: E edges on A atoms, at most K into each atom."""

    sender: Tensor
    """int64 [E]."""
    receiver: Tensor
    opposite: Tensor
    """int64 [E]: the row of each edge's mirror image."""
    slots: Tensor
    """int64 [A, K]: the edges into each atom, then E in empty slots."""
    place: Tensor
    """int64 [E]: where each edge is in the flattened `slots`."""
    unit: Tensor
    """Direction from sender to receiver [E, 3]."""
    distance: Tensor
    """Angstrom [E]."""


def edge_geometry(batch: CrystalBatch, graph: MessageGraph) -> Geometry:
    """Of crystals and a graph that holds the mirror image of every edge; differentiable.

    Raises:
        InputError: an edge without its mirror image.
    """
    atoms = len(batch.numbers)
    opposite = graph.opposite(atoms)
    if len(opposite) and int(opposite.min()) < 0:
        edge = int(opposite.argmin())
        raise InputError(
            "graph", "an edge has no mirror image", where=f"edge {edge}", expected="a symmetric graph"
        )
    vectors = graph.vectors(batch)
    distance = torch.linalg.vector_norm(vectors, dim=-1)
    slots = Slots.of(graph.receiver, atoms)
    unit = vectors / distance.clamp_min(1e-9)[:, None]
    return Geometry(graph.sender, graph.receiver, opposite, slots.edge, slots.place, unit, distance)
