"""A batch of graphs whose edges, nodes and wholes carry features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ....shared.errors import InputError


@dataclass(frozen=True)
class AttributedGraphs:
    """G graphs side by side, with N nodes and E edges together. Isolated nodes and graphs without edges or
    nodes belong to it; a kind of feature that there is not has width 0."""

    nodes: Tensor
    """float [N, .]."""
    edges: Tensor
    """float [E, .]."""
    globals: Tensor
    """float [G, .]."""
    edge_index: Tensor
    """int64 [2, E], sender and receiver, counted through the whole batch."""
    node_graph: Tensor
    """int64 [N], the graph of each node."""

    def __post_init__(self) -> None:
        if self.edge_index.dim() != 2 or self.edge_index.shape[0] != 2 or self.edge_index.is_floating_point():
            raise InputError(
                "edge_index",
                f"is {self.edge_index.dtype} of shape {tuple(self.edge_index.shape)}",
                expected="int64 [2, E], senders above receivers",
            )
        n, e, g = len(self.nodes), self.edge_index.shape[1], len(self.globals)
        for field, have, want in (("edges", len(self.edges), e), ("node_graph", len(self.node_graph), n)):
            if have != want:
                raise InputError(field, f"has {have} rows", expected=f"{want}, as many as there are")
        _within("edge_index", self.edge_index, n, "nodes")
        _within("node_graph", self.node_graph, g, "graphs")
        graph = self.node_graph[self.edge_index]
        if bool((graph[0] != graph[1]).any()):
            k = int((graph[0] != graph[1]).nonzero()[0])
            raise InputError("edge_index", "joins two graphs of the batch", where=f"edge {k}")

    @property
    def n_graphs(self) -> int:
        """G."""
        return len(self.globals)

    def with_features(self, nodes: Tensor, edges: Tensor, globals_: Tensor) -> AttributedGraphs:
        """The same graphs with other features."""
        return AttributedGraphs(nodes, edges, globals_, self.edge_index, self.node_graph)


def single_graph(
    n_nodes: int,
    edge_index: Tensor,
    nodes: Tensor | None = None,
    edges: Tensor | None = None,
    globals_: Tensor | None = None,
) -> AttributedGraphs:
    """One graph on N nodes. `nodes` [N, .], `edges` [E, .] and `globals_` [.] may be absent: width 0."""
    like = next((x for x in (nodes, edges, globals_) if x is not None), torch.empty(0))
    return AttributedGraphs(
        nodes=like.new_empty(n_nodes, 0) if nodes is None else _rows("nodes", nodes, n_nodes),
        edges=like.new_empty(edge_index.shape[-1], 0) if edges is None else edges,
        globals=like.new_empty(1, 0) if globals_ is None else globals_.reshape(1, -1),
        edge_index=edge_index,
        node_graph=edge_index.new_zeros(n_nodes),
    )


def side_by_side(graphs: Sequence[AttributedGraphs]) -> AttributedGraphs:
    """Several batches as one; features must have the same widths."""
    if not graphs:
        raise InputError("graphs", "are none", expected="at least one")
    first_node = torch.tensor([0, *(len(g.nodes) for g in graphs)]).cumsum(0).tolist()
    first_graph = torch.tensor([0, *(g.n_graphs for g in graphs)]).cumsum(0).tolist()
    return AttributedGraphs(
        nodes=torch.cat([g.nodes for g in graphs]),
        edges=torch.cat([g.edges for g in graphs]),
        globals=torch.cat([g.globals for g in graphs]),
        edge_index=torch.cat([g.edge_index + n for g, n in zip(graphs, first_node, strict=False)], dim=1),
        node_graph=torch.cat([g.node_graph + n for g, n in zip(graphs, first_graph, strict=False)]),
    )


def _rows(field: str, values: Tensor, wanted: int) -> Tensor:
    if len(values) != wanted:
        raise InputError(field, f"has {len(values)} rows", expected=f"{wanted}")
    return values


def _within(field: str, index: Tensor, limit: int, of: str) -> None:
    wrong = (index < 0) | (index >= limit)
    if bool(wrong.any()):
        column = int(wrong.nonzero()[0, -1])
        raise InputError(
            field,
            f"names {int(index[wrong][0])} of {limit} {of}",
            where=f"column {column}",
            expected=f"0 to {limit - 1}",
        )
