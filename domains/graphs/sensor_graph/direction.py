"""Directed or not: making a graph undirected, and insisting that it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....shared.errors import InputError
from .policies import both_ways, coalesce
from .sensor_graph import SensorGraph


def to_undirected(graph: SensorGraph) -> SensorGraph:
    """The graph with every edge going both ways; of two opposite weights the larger in size, max(A, A^T)."""
    index, weight = coalesce(graph.edge_index, graph.edge_weight, graph.n_nodes, "sum")
    index, weight = both_ways(index, weight, graph.n_nodes)
    return replace(graph, edge_index=index, edge_weight=weight)


def one_way_edges(graph: SensorGraph) -> np.ndarray:
    """int64, numbers of the edges that have no opposite edge of the same weight."""
    index, weight = coalesce(graph.edge_index, graph.edge_weight, graph.n_nodes, "sum")
    keys = index[0] * graph.n_nodes + index[1]
    opposite = index[1] * graph.n_nodes + index[0]
    place = np.minimum(np.searchsorted(keys, opposite), max(keys.size - 1, 0))
    matched = (keys[place] == opposite) & np.isclose(weight[place], weight, rtol=1e-6, atol=0)
    lonely = keys[~matched]
    own = graph.edge_index[0] * graph.n_nodes + graph.edge_index[1]
    return np.flatnonzero(np.isin(own, lonely))


def require_undirected(graph: SensorGraph) -> None:
    """Raise InputError, with their number, when some edges go one way only or weigh less on the way back."""
    lonely = one_way_edges(graph)
    if lonely.size:
        sender, receiver = graph.edge_index[:, lonely[0]]
        raise InputError(
            "graph",
            f"{lonely.size} of {graph.n_edges} edges go one way, or weigh something else on the way back",
            where=f"{graph.nodes[sender]} to {graph.nodes[receiver]}",
            expected="an undirected graph",
            remedy="Pass to_undirected(graph)",
        )
