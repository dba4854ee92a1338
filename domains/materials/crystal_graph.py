"""From crystals to the graph that the angle networks read."""

from __future__ import annotations

from .crystals.batch import CrystalBatch
from .message_graph import MessageGraph
from .neighbors.torch_list import neighbor_list_torch


def crystal_graph(
    batch: CrystalBatch, cutoff: float, max_neighbors: int, *, symmetric: bool = False
) -> MessageGraph:
    """Edges within `cutoff` angstrom, at most the `max_neighbors` nearest of each atom.

    A shell of equal distances that the limit would cut stays whole, so that what a network says of a perfect
    crystal depends neither on the order of its atoms nor on the origin of its cell.

    Args:
        symmetric: hold the mirror image of every edge.
    """
    found = neighbor_list_torch(batch, cutoff, max_neighbors, symmetric, whole_shells=True)
    return MessageGraph(found.sender, found.receiver, found.image)
