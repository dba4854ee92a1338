"""`triplets` on tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .torch_list import NeighborTensors
from .torch_search import expand
from .triplets import refuse_directed


def triplets_torch(found: NeighborTensors) -> tuple[Tensor, Tensor]:
    """Chains k -> j -> i: (edge ji, edge kj), int64 [T] each, as `triplets`."""
    degrees = found.receiver_offsets.diff()
    ji, place = expand(degrees[found.sender])
    kj = found.receiver_offsets[found.sender[ji]] + place
    back = (found.sender[kj] == found.receiver[ji]) & (found.image[kj] == -found.image[ji]).all(-1)
    return ji[~back], kj[~back]


def receiver_pairs_torch(found: NeighborTensors) -> tuple[Tensor, Tensor]:
    """Ordered pairs of different edges with one receiver, int64 [T] each, as `receiver_pairs`."""
    degrees = found.receiver_offsets.diff()
    edge, place = expand(degrees[found.receiver])
    other = found.receiver_offsets[found.receiver[edge]] + place
    return edge[edge != other], other[edge != other]


def reverse_edges_torch(found: NeighborTensors) -> Tensor:
    """Position of the opposite edge of each edge of a symmetric list, int64 [E], as `reverse_edges`.

    Raises:
        InputError: an edge has no opposite.
    """
    atoms = len(found.receiver_offsets) - 1
    key = found.receiver * atoms + found.sender
    opposite = found.sender * atoms + found.receiver
    edges = torch.arange(len(key), device=key.device)
    place = torch.searchsorted(key, opposite, right=True) - 1 - edges + torch.searchsorted(key, key)
    safe = place.clamp(0, max(len(key) - 1, 0))
    right = (safe == place) & (key[safe] == opposite) & (found.image[safe] == -found.image).all(-1)
    if not bool(right.all()):
        refuse_directed(int(right.int().argmin()))
    return safe
