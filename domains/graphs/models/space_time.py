"""The template's middle: recurrence in time, message passing in space, in one order or the other."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from .batch import Edges, GraphBatch
from .graph_convolution import GraphConvolution, Support
from .latent_graph import LatentGraph
from .recurrence import Recurrence
from .settings import TemplateSettings


class SpaceTimeBlock(nn.Module):
    """All steps of all nodes, [L, N, B, D] in node-major memory, to one vector per node, [B, N, D]."""

    def forward(self, x_LNBD: Tensor, batch: GraphBatch) -> Tensor:
        """[L, N, B, D] to [B, N, D]."""
        raise NotImplementedError


class TimeOnly(SpaceTimeBlock):
    """A GRU shared by all nodes; no messages pass."""

    def __init__(self, settings: TemplateSettings) -> None:
        super().__init__()
        self.recurrence = Recurrence(settings.hidden, settings.hidden, settings.recurrent_layers)

    def forward(self, x_LNBD: Tensor, batch: GraphBatch) -> Tensor:
        """[L, N, B, D] to [B, N, D]."""
        _, nodes, windows, _ = x_LNBD.shape
        return self.recurrence(x_LNBD.flatten(1, 2)).view(nodes, windows, -1).transpose(0, 1)


class TimeThenSpace(TimeOnly):
    """The same GRU, then layers of message passing on its last state: O(N L + layers E)."""

    def __init__(self, settings: TemplateSettings, nodes: int) -> None:
        super().__init__(settings)
        self.settings = settings
        self.latent = LatentGraph(nodes, settings.latent_graph) if settings.latent_graph else None
        self.layers = nn.ModuleList(
            GraphConvolution(settings.hidden, settings.hidden, supports=count_supports(settings))
            for _ in range(settings.graph_layers)
        )

    def forward(self, x_LNBD: Tensor, batch: GraphBatch) -> Tensor:
        """[L, N, B, D] to [B, N, D]; of a graph that changes in time, the last step's counts."""
        state_BND = super().forward(x_LNBD, batch)
        edges = batch.edges_at(-1)
        supports = supports_of(edges, self.settings.bidirectional, self.latent, batch.node_N)
        for layer in self.layers:
            state_BND = F.elu(layer(state_BND, supports))
        return state_BND


def count_supports(settings: TemplateSettings) -> int:
    """How many propagations an isotropic layer with these settings has."""
    return 1 + settings.bidirectional + (settings.latent_graph > 0)


def supports_of(
    edges: Edges, bidirectional: bool, latent: LatentGraph | None, node_N: Tensor
) -> Sequence[Support]:
    """The propagations of an isotropic layer: along the edges, against them, over the latent graph."""
    supports: list[Support] = [edges.incoming]
    if bidirectional:
        supports.append(edges.outgoing)
    if latent is not None:
        supports.append(latent(node_N))
    return supports
