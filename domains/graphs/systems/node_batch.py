"""What a node-classifying network reads: one whole graph."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .feature_rows import FeatureRows


class NodeBatch(NamedTuple):
    """One graph on N nodes and, for the loss, the nodes that count and what they are."""

    features: FeatureRows
    edge_index: Tensor
    """int64 [2, E], sender and receiver; no loops, no edge twice."""
    edge_weight: Tensor
    """float [E], not negative."""
    smoothing_index: Tensor
    """int64 [2, E + N]: the edges and a loop at every node."""
    smoothing_weight: Tensor
    """float [E + N], of `symmetric_edges`."""
    positions: Tensor
    """float [N, K], Laplacian positions; K may be 0."""
    label: Tensor
    """int64 [N]; what stands at nodes not in `nodes` is not read."""
    nodes: Tensor
    """int64 [M], the nodes that count."""

    @property
    def n_nodes(self) -> int:
        """N."""
        return self.positions.shape[0]


def symmetric_edges(index: Tensor, weight: Tensor, n_nodes: int) -> tuple[Tensor, Tensor]:
    """Edges of D^-1/2 (A + I) D^-1/2 (Kipf & Welling 2017, eq. 2), D by what a node receives.

    An isolated node keeps its own value. Returns index int64 [2, E + N] and weight [E + N].
    """
    loops = torch.arange(n_nodes, device=index.device)
    index = torch.cat([index, torch.stack([loops, loops])], dim=1)
    weight = torch.cat([weight, weight.new_ones(n_nodes)])
    degree = weight.new_zeros(n_nodes).index_add(0, index[1], weight)
    root = degree.rsqrt()
    return index, root[index[0]] * weight * root[index[1]]


def spread(values_ND: Tensor, index: Tensor, weight: Tensor) -> Tensor:
    """Sum over incoming edges of weight times the sender's row, [N, D]; 0 where nothing comes in."""
    moved = values_ND[index[0]] * weight[:, None]
    return torch.zeros_like(values_ND).index_add(0, index[1], moved)
