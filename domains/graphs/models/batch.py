"""What a spatiotemporal network reads: windows of all nodes, and the edges between them.

Letters in tensor names: B windows, N nodes, L steps of context, H of horizon, C channels, U covariates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from .propagation import Propagation, share_of_receiver


@dataclass(frozen=True)
class Edges:
    """Edges among `n_nodes` nodes, sender to receiver."""

    index: Tensor
    """int64 [2, E]."""
    weight: Tensor
    """float [E]."""
    n_nodes: int

    @cached_property
    def incoming(self) -> Propagation:
        """D_I^-1 A^T: what a node receives, weighted by shares of its in-weight; built once per object.

        A node that receives nothing gets 0.
        """
        share = share_of_receiver(self.index, self.weight, self.n_nodes)
        return Propagation(self.index[1], self.index[0], share, self.n_nodes)

    @cached_property
    def outgoing(self) -> Propagation:
        """D_O^-1 A: the same against the direction of the edges."""
        share = share_of_receiver(self.index.flip(0), self.weight, self.n_nodes)
        return Propagation(self.index[0], self.index[1], share, self.n_nodes)


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

    @property
    def windows(self) -> int:
        """B."""
        return self.x_BNLC.shape[0]

    @property
    def nodes(self) -> int:
        """N."""
        return self.x_BNLC.shape[1]

    @property
    def lookback(self) -> int:
        """L."""
        return self.x_BNLC.shape[2]

    def edges_at(self, step: int) -> Edges:
        """The graph of one step of the context, -1 for the last."""
        return self.edges if isinstance(self.edges, Edges) else self.edges[step]

    def filled_context(self) -> Tensor:
        """The context as x_BNLC, each gap filled with the last value observed before it, else with 0.

        What stands where nothing was observed is not read, whatever it is.
        """
        observed = self.observed_BNLC
        if observed.device.type == "cpu" and bool(observed.all()):
            return self.x_BNLC
        steps = torch.arange(self.lookback, device=observed.device)[:, None]
        latest = torch.where(observed, steps, -1).cummax(dim=2).values
        return torch.where(latest >= 0, self.x_BNLC.gather(2, latest.clamp_min(0)), 0)
