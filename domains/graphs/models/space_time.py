"""The template's middle: recurrence in time, message passing in space, in one order or the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from .additive_input import AdditiveInput
from .batch import Edges, GraphBatch
from .graph_convolution import GraphConvolution, Support
from .graph_gru import anisotropic_cell, isotropic_cell
from .latent_graph import LatentGraph
from .recurrence import Recurrence
from .settings import TemplateSettings


class SpaceTimeBlock(nn.Module):
    """All steps of all nodes to one vector per node, [B, N, D]."""

    def forward(self, x: AdditiveInput, batch: GraphBatch) -> Tensor:
        """[B, N, D]."""
        raise NotImplementedError


class TimeOnly(SpaceTimeBlock):
    """A GRU shared by all nodes; no messages pass."""

    def __init__(self, settings: TemplateSettings) -> None:
        super().__init__()
        self.recurrence = Recurrence(settings.hidden, settings.hidden, settings.recurrent_layers)

    def forward(self, x: AdditiveInput, batch: GraphBatch) -> Tensor:
        """[B, N, D]."""
        nodes, windows = x.series_LNBK.shape[1:3]
        return self.recurrence.of_sum(x).view(nodes, windows, -1).transpose(0, 1)


class GraphReader(nn.Module):
    """Turns edges into what the layers of a block take: propagations if isotropic, the edges if not."""

    def __init__(self, settings: TemplateSettings, nodes: int) -> None:
        super().__init__()
        self.isotropic = settings.block.endswith("imp")
        self.bidirectional = settings.bidirectional
        latent = self.isotropic and settings.latent_graph
        self.latent = LatentGraph(nodes, settings.latent_graph) if latent else None
        self.supports = 1 + self.bidirectional + (self.latent is not None)

    def forward(self, edges: Edges, latent: Sequence[Support]) -> Any:
        """The graph of one step, `latent` being `latent_support` of the same pass."""
        return [*directions(edges, self.bidirectional), *latent] if self.isotropic else edges

    def latent_support(self, node_N: Tensor) -> list[Support]:
        """The learnt graph's propagation, if there is one."""
        return [self.latent(node_N)] if self.latent is not None else []


def directions(edges: Edges, bidirectional: bool) -> list[Support]:
    """Propagation along the edges, and against them if asked."""
    return [edges.incoming, edges.outgoing] if bidirectional else [edges.incoming]


class TimeThenSpace(TimeOnly):
    """The same GRU, then layers of message passing on its last state: O(N L + layers E)."""

    def __init__(self, settings: TemplateSettings, nodes: int) -> None:
        super().__init__(settings)
        self.graph = GraphReader(settings, nodes)
        width = settings.hidden
        self.layers = nn.ModuleList(
            GraphConvolution(width, width, supports=self.graph.supports)
            if self.graph.isotropic
            else _anisotropic(width)
            for _ in range(settings.graph_layers)
        )

    def forward(self, x: AdditiveInput, batch: GraphBatch) -> Tensor:
        """[B, N, D]; of a graph that changes in time, the last step's counts."""
        state_BND = super().forward(x, batch)
        graph = self.graph(batch.edges_at(-1), self.graph.latent_support(batch.node_N))
        for layer in self.layers:
            state_BND = F.elu(layer(state_BND, graph))
        return state_BND


def _anisotropic(width: int) -> nn.Module:
    from .anisotropic_convolution import AnisotropicConvolution  # slow to import, see message_passing.py

    return AnisotropicConvolution(width, width)


class TimeAndSpace(SpaceTimeBlock):
    """Recurrent cells whose gates pass messages at every step: O(L E)."""

    def __init__(self, settings: TemplateSettings, nodes: int) -> None:
        super().__init__()
        self.hidden = settings.hidden
        self.graph = GraphReader(settings, nodes)
        width = settings.hidden
        self.cells = nn.ModuleList(
            isotropic_cell(width, width, supports=self.graph.supports)
            if self.graph.isotropic
            else anisotropic_cell(width, width)
            for _ in range(settings.recurrent_layers)
        )

    def forward(self, x: AdditiveInput, batch: GraphBatch) -> Tensor:
        """[B, N, D]; of a graph that changes in time, each step has its own."""
        x_LNBD = x.dense()
        lookback, nodes, windows, _ = x_LNBD.shape
        latent = self.graph.latent_support(batch.node_N)
        states = [
            x_LNBD.new_zeros(nodes, windows, self.hidden).transpose(0, 1) for _ in range(len(self.cells))
        ]
        for step in range(lookback):
            below = x_LNBD[step].transpose(0, 1)
            graph = self.graph(batch.edges_at(step), latent)
            for level, cell in enumerate(self.cells):
                below = states[level] = cell(below, states[level], graph)
        return states[-1]


def build_block(settings: TemplateSettings, nodes: int) -> SpaceTimeBlock:
    """The space-time block that the settings name."""
    if settings.block == "rnn":
        return TimeOnly(settings)
    if settings.block.startswith("tts"):
        return TimeThenSpace(settings, nodes)
    return TimeAndSpace(settings, nodes)
