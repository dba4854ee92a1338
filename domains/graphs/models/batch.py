"""What a spatiotemporal network reads: windows of all nodes, and the edges between them.

Letters in tensor names: B windows, N nodes, L steps of context, H of horizon, C channels, U covariates.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Edges:
    """Edges among `n_nodes` nodes, sender to receiver."""

    index: Tensor
    """int64 [2, E]."""
    weight: Tensor
    """float [E]."""
    n_nodes: int


@dataclass(frozen=True)
class GraphBatch:
    """B windows of N nodes. Values are scaled; what was not observed is filled in, never NaN."""

    x_BNLC: Tensor
    observed_BNLC: Tensor
    """bool."""
    time_of_day_BT: Tensor
    """float [B, L + H] in [0, 1), of every step from the context's first to the horizon's last."""
    weekday_BT: Tensor
    """int64 [B, L + H], Monday is 0."""
    edges: Edges | tuple[Edges, ...]
    """One graph for all windows and steps, on N nodes; or, of a graph that changes in time, one on B * N
    nodes (window by window) for each of the L steps."""
    node_N: Tensor
    """int64 [N], each node's row in tables of node embeddings."""
    past_BNLU: Tensor | None = None
    """Covariates known up to the cutoff."""
    future_BNTU: Tensor | None = None
    """Covariates known ahead, [B, N, L + H, U]."""
    static_NU: Tensor | None = None
    """Facts per node that do not change."""
    horizon: int = 1
    """H."""
