"""The graph network block, and the architectures it has as special cases (Battaglia et al. 2018, 1806.01261).

Edges, nodes and the graph as a whole carry features; a block updates all three,

    e'_k = phi_e(e_k, v_rk, v_sk, u)
    v'_i = phi_v(rho(e'_k: r_k = i), v_i, u)
    u'   = phi_u(rho(E'), rho(V'), u)

Each phi is a network of any kind on the concatenation of what it *sees*; switching inputs off gives the
variants of the paper's figure 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from ....shared.errors import InputError
from .attributed_graphs import AttributedGraphs

Aggregation = Literal["sum", "mean", "max", "attention"]
"""How many vectors become one; of none, 0. attention: the first column is the logarithm of a vector's weight
in a weighted mean of the others (non-local networks)."""
Variant = Literal["full", "independent", "message-passing", "non-local", "relation", "deep-set"]

EDGE_INPUTS = ("edge", "receiver", "sender", "globals")
NODE_INPUTS = ("edges", "node", "globals")
GLOBAL_INPUTS = ("edges", "nodes", "globals")


@dataclass(frozen=True)
class Update:
    """One phi: a network, and which of its possible inputs are concatenated for it, in the order above."""

    network: nn.Module
    sees: tuple[str, ...]


def variant_inputs(variant: Variant) -> dict[str, tuple[str, ...]]:
    """What phi of "edge", "node" and "globals" see in a variant; an absent one keeps its features."""
    return {
        "full": {"edge": EDGE_INPUTS, "node": NODE_INPUTS, "globals": GLOBAL_INPUTS},
        "independent": {"edge": ("edge",), "node": ("node",), "globals": ("globals",)},
        "message-passing": {
            "edge": ("edge", "receiver", "sender"),
            "node": ("edges", "node"),
            "globals": ("nodes",),
        },
        "non-local": {"edge": ("receiver", "sender"), "node": ("edges",)},
        "relation": {"edge": ("receiver", "sender"), "globals": ("edges",)},
        "deep-set": {"node": ("node", "globals"), "globals": ("nodes",)},
    }[variant]


class GraphNetworkBlock(nn.Module):
    """One update of edges, then nodes, then globals.

    Args:
        edge, node, globals: the phis; None keeps the features. They see edges and nodes as already updated.
        edges_to_node, edges_to_globals, nodes_to_globals: the aggregations rho.
    """

    def __init__(
        self,
        edge: Update | None = None,
        node: Update | None = None,
        globals: Update | None = None,
        *,
        edges_to_node: Aggregation = "sum",
        edges_to_globals: Aggregation = "sum",
        nodes_to_globals: Aggregation = "sum",
    ) -> None:
        super().__init__()
        self.edge = edge and _Phi("edge", edge, EDGE_INPUTS)
        self.node = node and _Phi("node", node, NODE_INPUTS)
        self.globals = globals and _Phi("globals", globals, GLOBAL_INPUTS)
        self.edges_to_node: Aggregation = edges_to_node
        self.edges_to_globals: Aggregation = edges_to_globals
        self.nodes_to_globals: Aggregation = nodes_to_globals

    def forward(self, graphs: AttributedGraphs) -> AttributedGraphs:
        nodes, edges, whole = graphs.nodes, graphs.edges, graphs.globals
        (sender, receiver), graph = graphs.edge_index, graphs.node_graph
        if self.edge is not None:
            edges = self.edge(
                edge=lambda: graphs.edges,
                receiver=lambda: graphs.nodes[receiver],
                sender=lambda: graphs.nodes[sender],
                globals=lambda: graphs.globals[graph[receiver]],
            )
        if self.node is not None:
            nodes = self.node(
                edges=lambda: aggregate(edges, receiver, len(graph), self.edges_to_node),
                node=lambda: graphs.nodes,
                globals=lambda: graphs.globals[graph],
            )
        if self.globals is not None:
            whole = self.globals(
                edges=lambda: aggregate(edges, graph[receiver], graphs.n_graphs, self.edges_to_globals),
                nodes=lambda: aggregate(nodes, graph, graphs.n_graphs, self.nodes_to_globals),
                globals=lambda: graphs.globals,
            )
        return graphs.with_features(nodes, edges, whole)


def graph_network(
    variant: Variant,
    widths: tuple[int, int, int],
    out: int = 32,
    hidden: int = 32,
    aggregation: Aggregation | None = None,
) -> GraphNetworkBlock:
    """A block of a variant with multilayer perceptrons for its phis, each with `out` features.

    Args:
        widths: features of an edge, a node and a graph that come in (0: none).
        aggregation: of all three; None: attention for non-local networks, otherwise sum.
    """
    rho: Aggregation = aggregation or ("attention" if variant == "non-local" else "sum")
    inputs = variant_inputs(variant)
    edge, node, graph = widths
    # The weight that attention takes off an edge's features is one column more.
    weight = int(rho == "attention")
    edge_out = out + weight if "edge" in inputs else edge
    node_out = out if "node" in inputs else node
    width_of = {
        "edge": {"edge": edge, "receiver": node, "sender": node, "globals": graph},
        "node": {"edges": edge_out - weight, "node": node, "globals": graph},
        "globals": {"edges": edge_out - weight, "nodes": node_out - weight, "globals": graph},
    }
    out_of = {"edge": out + weight, "node": out, "globals": out}
    updates = {
        part: Update(_perceptron(sum(width_of[part][name] for name in sees), hidden, out_of[part]), sees)
        for part, sees in inputs.items()
    }
    return GraphNetworkBlock(**updates, edges_to_node=rho, edges_to_globals=rho, nodes_to_globals=rho)


def _perceptron(inputs: int, hidden: int, outputs: int) -> nn.Module:
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


def aggregate(values: Tensor, index: Tensor, size: int, how: Aggregation) -> Tensor:
    """Rows [M, F] gathered into `size` rows by `index` int64 [M]; a row that receives nothing is 0."""
    if how == "attention":
        top = _largest(values[:, :1].detach(), index, size)
        weight = (values[:, :1] - top[index]).exp()
        total = _sum(weight, index, size)
        return _sum(weight * values[:, 1:], index, size) / total.clamp(min=torch.finfo(total.dtype).tiny)
    if how == "max":
        return _largest(values, index, size)
    total = _sum(values, index, size)
    if how == "sum":
        return total
    count = torch.bincount(index, minlength=size).clamp(min=1)
    return total / count[:, None].to(total.dtype)


def _sum(values: Tensor, index: Tensor, size: int) -> Tensor:
    return values.new_zeros(size, values.shape[1]).index_add(0, index, values)


def _largest(values: Tensor, index: Tensor, size: int) -> Tensor:
    places = index[:, None].expand_as(values)
    empty = values.new_zeros(size, values.shape[1])
    return empty.scatter_reduce(0, places, values, "amax", include_self=False)


class _Phi(nn.Module):
    """A network on those of the possible inputs that it sees; what is not seen is not computed either."""

    def __init__(self, part: str, update: Update, known: tuple[str, ...]) -> None:
        super().__init__()
        unknown = [name for name in update.sees if name not in known]
        if unknown or not update.sees:
            problem = f"sees {unknown[0]!r}" if unknown else "sees nothing"
            raise InputError(part, problem, expected=f"some of {', '.join(known)}")
        self.network = update.network
        self.sees = tuple(name for name in known if name in update.sees)

    def forward(self, **inputs: Callable[[], Tensor]) -> Tensor:
        return self.network(torch.cat([inputs[name]() for name in self.sees], dim=-1))
