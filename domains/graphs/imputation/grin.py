"""GRIN: bidirectional recurrent imputation with message passing (Cini, Marisca & Alippi, ICLR 2022).

Letters in tensor names: B windows, L steps, N nodes, C channels, U covariates, D features.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..models.batch import Edges
from ..models.graph_convolution import Support
from ..models.graph_gru import isotropic_cell
from ..models.latent_graph import DensePropagation
from ..models.propagation import Propagation

DENSE_BELOW = 64
"""Nodes below which a dense product is faster than a sparse one."""


@dataclass(frozen=True)
class Directions:
    """How messages travel on a graph."""

    supports: tuple[Support, ...]
    """Propagations of the recurrent cell, loops of the graph included."""
    neighbours: tuple[Support, ...]
    """The same without loops, for the spatial decoder: a node never reads its own value there."""

    @classmethod
    def of(cls, edges: Edges, *, both: bool) -> Directions:
        """Along the edges and, with `both`, against them (the same on a symmetric graph)."""
        apart = edges.index[0] != edges.index[1]
        loopless = Edges(edges.index[:, apart], edges.weight[apart], edges.n_nodes)
        return cls(_supports(edges, both), _supports(loopless, both))


def _supports(edges: Edges, both: bool) -> tuple[Support, ...]:
    ways = (edges.incoming, edges.outgoing) if both else (edges.incoming,)
    return tuple(_dense(way) for way in ways) if edges.n_nodes < DENSE_BELOW else ways


def _dense(propagation: Propagation) -> DensePropagation:
    matrix, _ = propagation.matrices(propagation.values.dtype)
    return DensePropagation(matrix.to_dense())


@dataclass(frozen=True)
class Pass:
    """What one direction of time comes to."""

    first_BLNC: Tensor
    """Prediction of each step from the state before it alone."""
    second_BLNC: Tensor
    """The same after messages of that step from the neighbours."""
    features_BLND: Tensor
    """State before the step beside what the messages said, [B, L, N, 2 * hidden]."""


class SpatialDecoder(nn.Module):
    """s_i = PReLU(W_o [sum_P W_P (P z)_i, h_i]), z_j = W_z [x_j, m_j, u_j, h_j], j never i (eq. 8-9)."""

    def __init__(self, inputs: int, hidden: int, channels: int, supports: int) -> None:
        super().__init__()
        self.message = nn.Linear(inputs + hidden, hidden)
        self.mix = nn.Linear(supports * hidden, hidden)
        self.merge = nn.Linear(2 * hidden, hidden)
        self.activation = nn.PReLU()
        self.readout = nn.Linear(2 * hidden, channels)

    def forward(
        self, inputs_BND: Tensor, state_BND: Tensor, neighbours: tuple[Support, ...]
    ) -> tuple[Tensor, Tensor]:
        """Prediction [B, N, C] and features [B, N, 2 * hidden]."""
        message_BND = self.message(torch.cat([inputs_BND, state_BND], dim=-1))
        heard_BND = self.mix(torch.cat([support(message_BND) for support in neighbours], dim=-1))
        said_BND = self.activation(self.merge(torch.cat([heard_BND, state_BND], dim=-1)))
        features_BND = torch.cat([said_BND, state_BND], dim=-1)
        return self.readout(features_BND), features_BND


class RecurrentImputer(nn.Module):
    """One direction of time: predict a step, fill its gaps, hear the neighbours, fill again, go on.

    What fills a gap is what the next step is predicted from, so gaps of any length are bridged.
    """

    def __init__(self, channels: int, covariates: int, hidden: int, supports: int, powers: int) -> None:
        super().__init__()
        self.hidden = hidden
        inputs = 2 * channels + covariates
        self.first = nn.Linear(hidden, channels)
        self.decoder = SpatialDecoder(inputs, hidden, channels, supports)
        self.cell = isotropic_cell(inputs, hidden, supports=supports, powers=powers)

    def forward(
        self, x_BLNC: Tensor, seen_BLNC: Tensor, covariates_BLNU: Tensor, directions: Directions
    ) -> Pass:
        """Predict every step of x, whose values are read where `seen` (1 or 0) only."""
        windows, steps, nodes, _ = x_BLNC.shape
        state = x_BLNC.new_zeros(windows, nodes, self.hidden)
        firsts, seconds, features = [], [], []
        for t in range(steps):
            x, seen, known = x_BLNC[:, t], seen_BLNC[:, t], covariates_BLNU[:, t]
            gap = seen == 0
            first = self.first(state)
            filled = torch.where(gap, first, x)
            second, said = self.decoder(torch.cat([filled, seen, known], -1), state, directions.neighbours)
            filled = torch.where(gap, second, x)
            state = self.cell(torch.cat([filled, seen, known], -1), state, directions.supports)
            firsts.append(first)
            seconds.append(second)
            features.append(said)
        return Pass(torch.stack(firsts, 1), torch.stack(seconds, 1), torch.stack(features, 1))


class Grin(nn.Module):
    """Both directions of time, merged by a small network that also reads mask, covariates and the node.

    No prediction of a value has read that value: states come from other steps, messages of the same step
    from other nodes. So observed values teach as hidden ones do.

    Args:
        nodes: N, rows of the embedding table.
        channels, covariates: C and U.
        supports: 1, or 2 for graphs whose edges go one way.
    """

    def __init__(
        self,
        *,
        nodes: int,
        channels: int,
        covariates: int,
        supports: int,
        hidden: int,
        feed_forward: int,
        embedding: int,
        powers: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.supports = supports
        self.forth = RecurrentImputer(channels, covariates, hidden, supports, powers)
        self.back = RecurrentImputer(channels, covariates, hidden, supports, powers)
        self.embedding = nn.Parameter(
            torch.empty(nodes, embedding).uniform_(-1, 1) / max(embedding, 1) ** 0.5
        )
        self.merge = nn.Sequential(
            nn.Linear(4 * hidden + channels + covariates + embedding, feed_forward),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(feed_forward, channels),
        )

    def forward(
        self,
        x_BLNC: Tensor,
        seen_BLNC: Tensor,
        covariates_BLNU: Tensor,
        directions: Directions,
        node_N: Tensor,
    ) -> tuple[Tensor, list[Tensor]]:
        """The merged prediction [B, L, N, C], and those of both stages and directions.

        Args:
            x_BLNC: scaled values, any number where not seen.
            seen_BLNC: bool.
            node_N: rows of the embedding table; -1 for nodes that were not there in training, which take
                the mean of the table.
        """
        seen = seen_BLNC.to(x_BLNC.dtype)
        x = torch.where(seen_BLNC, x_BLNC, 0)
        forth = self.forth(x, seen, covariates_BLNU, directions)
        back = self.back(x.flip(1), seen.flip(1), covariates_BLNU.flip(1), directions)
        table = torch.cat([self.embedding, self.embedding.mean(0, keepdim=True)])
        local = table[node_N].expand(*x.shape[:2], -1, -1)
        together = [forth.features_BLND, back.features_BLND.flip(1), seen, covariates_BLNU, local]
        stages = [
            forth.first_BLNC,
            forth.second_BLNC,
            back.first_BLNC.flip(1),
            back.second_BLNC.flip(1),
        ]
        return self.merge(torch.cat(together, dim=-1)), stages
