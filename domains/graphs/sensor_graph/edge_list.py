"""Graphs from lists of edges: arrays, and tables with the columns from, to and a weight or distance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from ....shared.errors import InputError
from ....shared.panels.frame_columns import column_of
from .checks import checked_names, listed, node_name
from .gaussian_kernel import DistanceGraph, check_distances, from_distances
from .policies import Duplicates, SelfLoops, settle_graph
from .sensor_graph import SensorGraph

SENDERS = ("from", "sender", "source", "src", "i")
RECEIVERS = ("to", "receiver", "target", "destination", "dst", "j")
WEIGHTS = ("weight", "weights", "w")
DISTANCES = ("distance", "cost", "dist", "length")
Distances = Literal["binary", "gaussian"]


def from_edges(
    edges: Any,
    nodes: int | Sequence[object] | None = None,
    weight: Any = None,
    *,
    self_loops: SelfLoops = "drop",
    duplicates: Duplicates = "sum",
    directed: bool = True,
    signed: bool = False,
    distances: Distances = "binary",
    coordinates: np.ndarray | None = None,
    geographic: bool = True,
) -> SensorGraph:
    """A graph from a list of edges.

    Args:
        edges: integers [2, E], senders and receivers; or a data frame with the columns from, to and, if there
            are any, weight or distance (or cost).
        nodes: N, or the N names. Arrays need it: the last nodes may have no edge. A table without it names
            its nodes itself, so that isolated nodes are not in the graph.
        weight: numbers [E] for an array; 1 when None.
        self_loops, duplicates, directed, signed: as in `settle_graph`.
        distances: what a column of distances means. "binary": an edge of weight 1 for each row with a finite
            distance, as the graphs of PEMS03 to PEMS08 are used; "gaussian": as in `from_distances`.
        coordinates: [N, 2], latitude and longitude, or x and y where not `geographic`.

    Raises:
        InputError: what is wrong with edges, weights, nodes or policies, and where.
    """
    if isinstance(edges, pd.DataFrame):
        edges, nodes, weight, far = _read_table(edges, nodes)
        if far is not None and distances == "gaussian":
            found = DistanceGraph(edges, far, checked_names(nodes))
            graph = from_distances(found, self_loops=self_loops, directed=directed)
            return (
                graph if coordinates is None else graph.with_coordinates(coordinates, geographic=geographic)
            )
        if far is not None:
            check_distances(far, edges, checked_names(nodes))
            edges, weight, duplicates = edges[:, np.isfinite(far)], None, _once(duplicates)
    elif nodes is None:
        raise InputError(
            "nodes",
            "their number cannot be told from edges, as the last ones may have none",
            remedy="Pass nodes=N, or their names",
        )
    return settle_graph(
        nodes,
        edges,
        weight,
        self_loops=self_loops,
        duplicates=duplicates,
        directed=directed,
        signed=signed,
        coordinates=coordinates,
        geographic=geographic,
    )


def _once(duplicates: Duplicates) -> Duplicates:
    """Links listed twice stay one link of weight 1."""
    return "max" if duplicates == "sum" else duplicates


def _read_table(
    table: pd.DataFrame, nodes: int | Sequence[object] | None
) -> tuple[np.ndarray, int | Sequence[object], np.ndarray | None, np.ndarray | None]:
    """Edges int64 [2, E], nodes, weights and distances (one of them, or neither) of a table of edges."""
    columns = {str(name).strip().lower(): column_of(table, name) for name in table.columns}
    ends = [_column(columns, choices) for choices in (SENDERS, RECEIVERS)]
    if ends[0] is None or ends[1] is None:
        raise InputError(
            "edges",
            f"the columns are {listed(list(columns))}",
            expected="from, to and weight, distance or cost",
            remedy="Rename them",
        )
    index, names = numbered_ends(ends[0], ends[1], nodes)
    weight, far = _column(columns, WEIGHTS), _column(columns, DISTANCES)
    if weight is not None:
        return index, names, numeric_ends(weight, "weight"), None
    return index, names, None, None if far is None else numeric_ends(far, "distance")


def _column(columns: dict[str, pd.Series], choices: Sequence[str]) -> pd.Series | None:
    return next((columns[name] for name in choices if name in columns), None)


def numeric_ends(column: pd.Series, field: str) -> np.ndarray:
    """A column of weights or distances as float64 [E].

    Raises:
        InputError: text that is no number, or nothing at all in some row.
    """
    values = np.asarray(pd.to_numeric(column, errors="coerce"), dtype=np.float64)
    wrong = np.flatnonzero(np.isnan(values))
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            field,
            f"{wrong.size} are missing or no numbers",
            where=f"row {row}, {'nothing' if pd.isna(column.iloc[row]) else repr(column.iloc[row])}",
            expected="a number for each edge",
            remedy="Correct them, or leave those edges out",
        )
    return values


def numbered_ends(
    senders: pd.Series, receivers: pd.Series, nodes: int | Sequence[object] | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Node numbers int64 [2, E] of columns of ids, and the N names: those given, else those listed.

    Listed ids are sorted if they are whole numbers, else they keep the order in which they appear.

    Raises:
        InputError: an id is missing, or no node has it.
    """
    both = pd.concat([senders, receivers], ignore_index=True)
    if both.isna().any():
        row = int(np.flatnonzero(both.isna())[0]) % max(len(senders), 1)
        raise InputError(
            "edges",
            "the id of a node is missing",
            where=f"row {row}",
            expected="a sender and a receiver",
            remedy="Correct the row, or leave it out",
        )
    distinct = pd.unique(both)
    if nodes is None:
        whole = pd.api.types.is_numeric_dtype(both) or pd.Series(distinct).astype(str).str.isdigit().all()
        ordered = sorted(distinct, key=float) if whole else list(distinct)
        names = checked_names(ordered)
    else:
        names = checked_names(nodes)
    number = {name: place for place, name in enumerate(names)}
    unknown = [node_name(found) for found in distinct if node_name(found) not in number]
    if unknown:
        rows = both.map(node_name).isin(unknown).to_numpy().reshape(2, -1).any(0)
        raise InputError(
            "edges",
            f"{np.count_nonzero(rows)} edges name {len(unknown)} nodes that are not there: {listed(unknown)}",
            where=f"row {int(rows.argmax())}",
            expected=f"one of the {len(names)} nodes ({listed(names)})",
            remedy="Check that ids of edges and of signals are the same",
        )
    code = {found: number[node_name(found)] for found in distinct}
    index = both.map(code).to_numpy(dtype=np.int64).reshape(2, -1)
    return index, names
