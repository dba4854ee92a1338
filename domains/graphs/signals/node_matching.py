"""Matching what was measured to the nodes of a graph, by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....shared.errors import InputError
from ..sensor_graph.changing_graph import ChangingGraph
from ..sensor_graph.checks import listed
from ..sensor_graph.sensor_graph import SensorGraph
from .signals import Signals, series_names


def match_nodes(signals: Signals, graph: SensorGraph | ChangingGraph, *, named: bool = True) -> Signals:
    """Signals with the graph's nodes in the graph's order.

    Args:
        signals: of the same nodes in any order.
        graph: whose names and order count.
        named: False for arrays, whose nodes have no names: they take the graph's, in order.

    Raises:
        InputError: nodes without signals, signals without a node, or another number of nodes.
    """
    if not named:
        if signals.n_nodes != graph.n_nodes:
            raise InputError(
                "data",
                f"there are {signals.n_nodes} nodes, and {graph.n_nodes} in the graph",
                expected="one column for each node, in the graph's order",
            )
        names = series_names(graph.nodes, signals.channels)
        return replace(signals, panel=replace(signals.panel, series=names), nodes=graph.nodes)
    if signals.nodes == graph.nodes:
        return signals
    require_same_nodes(signals, graph)
    number = {name: position for position, name in enumerate(signals.nodes)}
    return signals.select_nodes(np.array([number[name] for name in graph.nodes]))


def require_same_nodes(signals: Signals, graph: SensorGraph | ChangingGraph) -> None:
    """Raise InputError that names nodes of the graph without signals, and signals without a node."""
    missing = [name for name in graph.nodes if name not in set(signals.nodes)]
    extra = [name for name in signals.nodes if name not in set(graph.nodes)]
    if not missing and not extra:
        return
    parts = []
    if missing:
        have = "has" if len(missing) == 1 else "have"
        parts.append(
            f"{len(missing)} of the graph's {graph.n_nodes} nodes {have} no signal: {listed(missing)}"
        )
    if extra:
        have = "has" if len(extra) == 1 else "have"
        parts.append(f"{len(extra)} of {signals.n_nodes} signals {have} no node: {listed(extra)}")
    raise InputError(
        "nodes",
        "; ".join(parts),
        expected="the same names in signals and graph",
        remedy="Rename them, or keep the common ones: graph.select(names), signals.select_nodes(names)",
    )
