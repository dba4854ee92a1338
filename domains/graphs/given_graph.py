"""The graph that is given with signals: read, matched to them by name, and there for all of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...shared.errors import InputError, note
from .forecaster_settings import GraphForecasterSettings
from .graph_model import Graph, GraphModel
from .sensor_graph.changing_graph import ChangingGraph
from .sensor_graph.graph_files import read_graph
from .sensor_graph.sensor_graph import SensorGraph
from .signals.node_matching import require_same_nodes
from .signals.signals import Signals


def paired(
    settings: GraphForecasterSettings, data: Any, graph: Any, model: GraphModel
) -> tuple[Signals, Graph | None]:
    """Data and their graph, read: the same nodes in the same order.

    Whichever of the two has no names of its own (arrays, files of arrays) takes the other's.

    Raises:
        InputError: either cannot be read, their nodes differ, or the model needs a graph and has none.
    """
    signals = settings.read(data)
    if graph is None:
        require_none_needed(model)
        return signals, None
    if settings.nameless(data):
        given = given_graph(graph, signals.n_nodes if isinstance(graph, np.ndarray) else None)
        signals = settings.read(data, given.nodes)
    else:
        given = given_graph(graph, signals.nodes)
    found = matched(given, signals)
    if model.needs_graph and isinstance(found, SensorGraph) and found.n_nodes > 1 and not found.n_edges:
        note(f"the graph has no edge between two nodes, so that {model.name} passes no message")
    return signals, found


def given_graph(graph: Any, nodes: int | Sequence[str] | None) -> Graph:
    """A graph out of what holds one; `nodes` name those of an array."""
    return graph if isinstance(graph, SensorGraph | ChangingGraph) else read_graph(graph, nodes)


def require_none_needed(model: GraphModel) -> None:
    """Raise InputError when the model passes messages along a graph that was not given."""
    if model.needs_graph:
        raise InputError(
            "graph",
            f"{model.name} passes messages along edges and was given none",
            expected="a SensorGraph, edges, or an adjacency matrix",
            remedy='Pass graph=, or choose a model without: "rnn", "stid"',
        )


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
    """Raise InputError when the rows of a changing graph are not those of the signals, as far as is known."""
    first = str(signals.panel.time[0])
    if isinstance(graph, ChangingGraph) and began is not None and first != began:
        raise InputError(
            "graph",
            f"changes in time, from {began} on, and these data begin {first}",
            expected="one graph for each row of the data",
            remedy="Pass graph= with the graphs of these data",
        )
