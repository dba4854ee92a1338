"""Graphs from lists of edges: arrays, and tables with the columns from, to and a weight or distance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from ....shared.errors import InputError, note
from .checks import checked_names, counted
from .edge_table import EdgeTable, edge_columns, edge_ends, edge_numbers
from .gaussian_kernel import DistanceGraph, from_distances
from .policies import Duplicates, SelfLoops, settle_graph
from .sensor_graph import SensorGraph

Distances = Literal["binary", "gaussian"]


def from_edges(
    edges: Any,
    nodes: int | Sequence[object] | None = None,
    weight: Any = None,
    *,
    self_loops: SelfLoops | None = None,
    duplicates: Duplicates | None = None,
    directed: bool = True,
    signed: bool = False,
    distances: Distances = "binary",
    coordinates: np.ndarray | None = None,
    geographic: bool = True,
) -> SensorGraph:
    """A graph from a list of edges.

    Args:
        edges: integers [2, E], senders and receivers; or a table with the columns from, to and, if there are
            any, weight or distance (or cost).
        nodes: N, or the N names. Arrays need it: the last nodes may have no edge. A table without it names
            its nodes itself, so that isolated nodes are not in the graph.
        weight: numbers [E] for an array; 1 when None.
        self_loops: as in `settle_graph`. None: dropped, of a table of weights with a note.
        duplicates: as in `settle_graph`. None: of arrays the sum; a table that gives a pair two weights is
            refused, one without weights counts it once, with a note, and of two distances the shorter counts.
        directed, signed: as in `settle_graph`.
        distances: what a column of distances means. "binary": an edge of weight 1 for each row with a finite
            distance, as the graphs of PEMS03 to PEMS08 are used; "gaussian": as in `from_distances`.
        coordinates: [N, 2], latitude and longitude, or x and y where not `geographic`.

    Raises:
        InputError: what is wrong with edges, weights, nodes or policies, and where.
    """
    if isinstance(edges, pd.DataFrame | EdgeTable):
        table = edges if isinstance(edges, EdgeTable) else EdgeTable(edges)
        graph = _from_table(table, nodes, distances, self_loops, duplicates, directed=directed, signed=signed)
        return graph if coordinates is None else graph.with_coordinates(coordinates, geographic=geographic)
    if nodes is None:
        raise InputError(
            "nodes",
            "their number cannot be told from edges, as the last ones may have none",
            remedy="Pass nodes=N, or their names",
        )
    return settle_graph(
        nodes,
        edges,
        weight,
        self_loops=self_loops or "drop",
        duplicates=duplicates or "sum",
        directed=directed,
        signed=signed,
        coordinates=coordinates,
        geographic=geographic,
    )


def _from_table(
    table: EdgeTable,
    nodes: int | Sequence[object] | None,
    distances: Distances,
    self_loops: SelfLoops | None,
    duplicates: Duplicates | None,
    *,
    directed: bool,
    signed: bool,
) -> SensorGraph:
    columns = edge_columns(table)
    index, names = edge_ends(table, columns, nodes)
    if columns.distance is not None:
        far = edge_numbers(table, columns.distance, "distance", signed=False, infinite=True)
        if distances == "gaussian":
            found = DistanceGraph(index, far, checked_names(names))
            return from_distances(found, self_loops=self_loops or "drop", directed=directed)
        return settle_graph(
            names,
            index[:, np.isfinite(far)],
            self_loops=self_loops or "drop",
            duplicates=duplicates or "max",
            directed=directed,
        )
    weight = None
    if columns.weight is not None:
        weight = edge_numbers(table, columns.weight, "weight", signed=signed, infinite=False)
    if self_loops is None:
        _tell_loops(table, index, names)
    if duplicates in (None, "error"):
        _settle_repeats(table, index, names, refused=weight is not None or duplicates == "error")
    return settle_graph(
        names,
        index,
        weight,
        self_loops=self_loops or "drop",
        duplicates=duplicates or "max",
        directed=directed,
        signed=signed,
    )


def _tell_loops(table: EdgeTable, index: np.ndarray, names: Sequence[str]) -> None:
    """Say that edges from a node to itself are left out, as networks have a weight of their own for that."""
    loops = np.flatnonzero(index[0] == index[1])
    if loops.size:
        first = f"{table.place(int(loops[0]))}, {names[index[0, loops[0]]]}"
        told = counted(loops.size, "edge from a node to itself is", "edges from a node to itself are")
        note(
            f"{table.name}: {told} left out ({first}): networks weigh a node's own past by themselves; "
            'self_loops="keep" in Python keeps them'
        )


def _settle_repeats(table: EdgeTable, index: np.ndarray, names: Sequence[str], *, refused: bool) -> None:
    """Refuse pairs of nodes that are listed more than once, or say that each counts once."""
    keys = index[0] * len(names) + index[1]
    order = np.argsort(keys, kind="stable")
    again = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    again = again[index[0, order[again]] != index[1, order[again]]]
    if not again.size:
        return
    first, second = int(order[again[0]]), int(order[again[0] + 1])
    pair = f"{names[index[0, first]]} to {names[index[1, first]]}"
    told = f"{counted(again.size, 'edge is', 'edges are')} listed more than once"
    if refused:
        raise InputError(
            "edges",
            told,
            where=f"{table.places(first, second)}, {pair}",
            expected="one weight for each pair of sender and receiver",
            remedy='Remove one of the two, or pass duplicates="sum", "max" or "min" (to read_graph)',
        )
    counts = "counts" if again.size == 1 else "count"
    note(f"{table.name}: {told} ({table.places(first, second)}, {pair}) and {counts} once")
