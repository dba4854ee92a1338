"""Signals and their graph from files, matched by the names of their nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..domains.graphs.sensor_graph.changing_graph import ChangingGraph
from ..domains.graphs.sensor_graph.graph_files import read_graph
from ..domains.graphs.sensor_graph.sensor_graph import SensorGraph
from ..domains.graphs.signals.node_matching import require_same_nodes
from ..domains.graphs.signals.reading import read_signals
from ..domains.graphs.signals.signals import Signals

NAMELESS = (".npz", ".npy")
"""Files whose columns have no names: they take those of the graph, in its order."""


def read_network(
    signals: Any,
    graph: Any,
    coordinates: str | Path | None = None,
    *,
    directed: bool = True,
    signed: bool = False,
    **reading: Any,
) -> tuple[Signals, SensorGraph | ChangingGraph]:
    """Signals and their graph, its nodes in the order of the signals.

    Args:
        signals: a file or table that `read_signals` takes.
        graph: a file or table that `read_graph` takes; nodes without an edge need not stand in it.
        coordinates: a table of node, latitude and longitude, or x and y.
        directed: False adds the opposite of every edge of a file.
        signed: negative weights are meant; else they are refused.
        reading: arguments of `read_signals`.

    Raises:
        InputError: a file cannot be read, or signals and graph have different nodes.
    """
    signals, graph = named(signals), named(graph)
    if isinstance(signals, str) and Path(signals).suffix.lower() in NAMELESS:
        known = read_graph(graph, coordinates=coordinates, directed=directed, signed=signed)
        return read_signals(signals, known, **reading), known
    found = read_signals(signals, **reading)
    known = read_graph(graph, found.nodes, coordinates, directed=directed, signed=signed)
    require_same_nodes(found, known)
    return found, known.select(found.nodes)


def named(source: Any) -> Any:
    """Paths as text, so that a shipped or local file is meant; tables as they are."""
    return str(source) if isinstance(source, Path) else source
