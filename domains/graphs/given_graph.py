"""The graph that is given with signals: read, matched to them by name, and there for all of their rows."""

from __future__ import annotations

from typing import Any

from ...shared.errors import InputError
from .graph_model import Graph, GraphModel
from .sensor_graph.changing_graph import ChangingGraph
from .signals.node_matching import require_same_nodes
from .signals.signals import Signals


def given_graph(graph: Any) -> Graph:
    """A graph out of what holds one."""
    return graph


def required_graph(graph: Any, model: GraphModel) -> Graph | None:
    """The graph given for a model, None where none is and none is needed.

    Raises:
        InputError: the model needs one.
    """
    if graph is not None:
        return given_graph(graph)
    if model.needs_graph:
        raise InputError(
            "graph",
            f"{model.name} passes messages along edges and was given none",
            expected="a SensorGraph, edges, or an adjacency matrix",
            remedy='Pass graph=, or choose a model without: "rnn", "stid"',
        )
    return None


def matched(graph: Graph, signals: Signals) -> Graph:
    """The graph with its nodes in the order of the signals.

    Raises:
        InputError: other nodes, or a graph that changes in time and has fewer steps than there are rows.
    """
    require_same_nodes(signals, graph)
    if isinstance(graph, ChangingGraph) and graph.n_steps < signals.panel.n_steps:
        raise InputError(
            "graph",
            f"there are graphs of {graph.n_steps} steps, and {signals.panel.n_steps} rows of data",
            expected="one graph for each row",
            remedy="Give the missing graphs, or repeat one where the graph does not change",
        )
    return graph.select(signals.nodes)


def require_begin(graph: Graph, began: str | None, signals: Signals) -> None:
    """Raise InputError when the rows of a changing graph are not those of the signals."""
    first = str(signals.panel.time[0])
    if isinstance(graph, ChangingGraph) and first != began:
        raise InputError(
            "graph",
            f"changes in time, from {began} on, and these data begin {first}",
            expected="one graph for each row of the data",
            remedy="Pass graph= with the graphs of these data",
        )
