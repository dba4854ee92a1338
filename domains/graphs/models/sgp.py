"""SGP: a random encoder of time and space, and a small network on single nodes (Cini et al., AAAI 2023).

Everything that looks at more than one node happens in `encode`, which has nothing to train. So the encoded
pairs of cutoff and node are computed once, and training draws them as if they were independent: neither the
length of the context nor the number of edges costs anything any more (`pair_source`, `pair_objective`).
`forward` encodes and decodes whole windows like every other network here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .batch import GraphBatch
from .encoder import CALENDAR, calendar_features, series_features, series_width
from .network import SpatioTemporalNetwork
from .node_embedding import build_embedding
from .quantile_head import QuantileHead
from .reservoir import Reservoir
from .settings import Dimensions
from .sgp_settings import SgpSettings

WINDOW_NODES = 40_000
"""Nodes (of all windows together) that `forward` takes at a time, which bounds its memory."""


@dataclass(frozen=True)
class EncodedPairs:
    """Pairs of a cutoff and a node, as the decoder reads them. P is one axis, or windows and nodes."""

    features_PGR: Tensor
    """Reservoir states, G = layers * hops (and directions) groups of R."""
    facts_PF: Tensor
    """What is known at the cutoff besides: last values, mask, calendar, covariates."""
    last_PC: Tensor
    """Last values observed."""


class SGP(SpatioTemporalNetwork):
    """Reservoir, averages over K hops, then per node: grouped linear maps, node vector, MLP, readout.

    The features of hop k are S^(k) = P S^(k-1) with P = D_I^-1 A^T (what a node receives, by shares), and the
    same against the direction of the edges. A node without edges gets zeros. Of a graph that changes in time
    the one of the last step counts.
    """

    def __init__(self, dimensions: Dimensions, settings: SgpSettings) -> None:
        super().__init__(dimensions)
        self.settings = settings
        self.reservoir = Reservoir(
            series_width(dimensions, settings.mask) + CALENDAR,
            settings.reservoir,
            settings.reservoir_layers,
            leak=settings.leak,
            leak_decay=settings.leak_decay,
            radius=settings.radius,
            density=settings.density,
        )
        self.blocks = 1 + settings.hops * (1 + settings.bidirectional) + settings.whole_graph
        groups = self.blocks * settings.reservoir_layers
        self.grouped = _GroupedLinear(groups, settings.reservoir, settings.group)
        self.embedding = build_embedding(dimensions.nodes, settings.embedding)
        width = groups * settings.group + (settings.embedding.size if self.embedding is not None else 0)
        self.facts = dimensions.channels * (1 + settings.mask) + CALENDAR + dimensions.past
        self.facts += dimensions.static + dimensions.horizon * dimensions.future
        sizes = [width + self.facts] + [settings.hidden] * settings.layers
        self.mlp = nn.Sequential()
        for inputs, outputs in pairwise(sizes):
            self.mlp.extend([nn.Linear(inputs, outputs), nn.SiLU(), nn.Dropout(settings.dropout)])
        self.head = QuantileHead(sizes[-1] + self.facts, dimensions)

    def forward(self, batch: GraphBatch) -> Tensor:
        """[B, N, H, C, Q]."""
        size = max(WINDOW_NODES // max(batch.nodes, 1), 1)
        if isinstance(batch.edges, tuple):
            size = batch.windows
        answers = []
        for start in range(0, batch.windows, size):
            encoded = self.encode(batch, slice(start, start + size))
            node_BN = batch.node_N.expand(len(encoded.last_PC), -1)
            answers.append(self.decode(encoded, node_BN))
        return torch.cat(answers)

    @torch.no_grad()
    def encode(self, batch: GraphBatch, windows: slice = slice(None)) -> EncodedPairs:
        """Features of all nodes in some windows; P is [B, N]."""
        part = _some_windows(batch, windows)
        filled = part.filled_context()
        whole = filled.shape[:2]
        series = series_features(part, filled, self.settings.mask)
        calendar_BLF = calendar_features(part, slice(0, part.lookback), filled.dtype)
        steps = torch.cat([series, calendar_BLF[:, None].expand(*series.shape[:3], -1)], dim=-1)
        state_BND = self.reservoir(steps.flatten(0, 1)).unflatten(0, whole)
        blocks = self._hops(part, state_BND)
        facts = [filled[:, :, -1]]
        if self.settings.mask:
            facts.append(part.observed_BNLC[:, :, -1].to(filled.dtype))
        facts.append(calendar_BLF[:, -1, None].expand(*whole, -1))
        if part.past_BNLU is not None:
            facts.append(part.past_BNLU[:, :, -1])
        if part.future_BNTU is not None:
            facts.append(part.future_BNTU[:, :, part.lookback :].flatten(2))
        if part.static_NU is not None:
            facts.append(part.static_NU.expand(*whole, -1))
        groups = (-1, self.settings.reservoir)
        return EncodedPairs(
            torch.cat(blocks, dim=-1).unflatten(-1, groups), torch.cat(facts, dim=-1), filled[:, :, -1]
        )

    def decode(self, pairs: EncodedPairs, node_P: Tensor) -> Tensor:
        """[P, H, C, Q]; `node_P` int64 [P], each pair's row in the table of node vectors."""
        parts = [self.grouped(pairs.features_PGR)]
        if self.embedding is not None:
            parts.append(self.embedding(node_P))
        hidden = self.mlp(torch.cat([*parts, pairs.facts_PF], dim=-1))
        offset = pairs.last_PC[..., None, :, None] if self.settings.residual else None
        return self.head(torch.cat([hidden, pairs.facts_PF], dim=-1), offset)

    def _hops(self, batch: GraphBatch, state_BND: Tensor) -> list[Tensor]:
        edges = batch.edges_at(-1)
        blocks = [state_BND]
        for step in (edges.incoming, edges.outgoing)[: 1 + self.settings.bidirectional]:
            hop = state_BND
            for _ in range(self.settings.hops):
                hop = step(hop)
                blocks.append(hop)
        if self.settings.whole_graph:
            blocks.append(state_BND.mean(dim=1, keepdim=True).expand_as(state_BND))
        return blocks


class _GroupedLinear(nn.Module):
    """One linear map per group, then SiLU: [..., G, R] to [..., G * M]."""

    def __init__(self, groups: int, inputs: int, outputs: int) -> None:
        super().__init__()
        bound = inputs**-0.5
        self.weight = nn.Parameter((2 * torch.rand(groups, inputs, outputs) - 1) * bound)
        self.bias = nn.Parameter(torch.zeros(groups, outputs))

    def forward(self, x_PGR: Tensor) -> Tensor:
        return F.silu(torch.einsum("...gr,grm->...gm", x_PGR, self.weight) + self.bias).flatten(-2)


def _some_windows(batch: GraphBatch, windows: slice) -> GraphBatch:
    """A part of the windows, on edges that are the same for all of them."""
    if len(range(*windows.indices(batch.windows))) == batch.windows:
        return batch

    def chosen(tensor: Tensor | None) -> Tensor | None:
        return None if tensor is None else tensor[windows]

    return replace(
        batch,
        x_BNLC=batch.x_BNLC[windows],
        observed_BNLC=batch.observed_BNLC[windows],
        time_of_day_BT=batch.time_of_day_BT[windows],
        weekday_BT=batch.weekday_BT[windows],
        past_BNLU=chosen(batch.past_BNLU),
        future_BNTU=chosen(batch.future_BNTU),
    )
