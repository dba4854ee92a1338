"""From crystals to the graph that the angle networks read."""

from __future__ import annotations

from .crystals.batch import CrystalBatch
from .message_graph import MessageGraph


def crystal_graph(
    batch: CrystalBatch, cutoff: float, max_neighbors: int, *, symmetric: bool = False
) -> MessageGraph:
    """Edges within `cutoff` angstrom, at most the `max_neighbors` nearest of each atom.

    Args:
        symmetric: hold the mirror image of every edge.
    """
    from .neighbors.torch_list import neighbor_list_torch

    found = neighbor_list_torch(batch, cutoff, max_neighbors=max_neighbors, symmetric=symmetric)
    return MessageGraph(found.sender.long(), found.receiver.long(), found.image.long())
