"""Graphs from adjacency matrices, dense or sparse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ....shared.errors import InputError
from .checks import checked_names
from .policies import SelfLoops, settle_graph
from .sensor_graph import SensorGraph


def from_adjacency(
    matrix: Any,
    nodes: Sequence[object] | None = None,
    *,
    self_loops: SelfLoops = "drop",
    directed: bool = True,
    signed: bool = False,
    coordinates: np.ndarray | None = None,
    geographic: bool = True,
) -> SensorGraph:
    """A graph from A [N, N]: A[i, j], where it is not 0, is the weight of the edge from i to j.

    Args:
        matrix: numpy, a data frame (its index names the nodes) or anything of scipy.sparse.
        nodes: names of the N nodes; "0" to "N-1", or the frame's, when None.
        self_loops: whether to "drop" or "keep" the diagonal.
        directed: False adds the opposite of every edge, max(A, A^T).
        signed: whether negative weights are meant.

    Raises:
        InputError: not square, not finite, negative without `signed`, or another number of names.
    """
    from scipy import sparse

    if isinstance(matrix, pd.DataFrame):
        nodes = _frame_names(matrix) if nodes is None else nodes
        matrix = matrix.to_numpy()
    if sparse.issparse(matrix):
        table = sparse.coo_matrix(matrix)
        shape, index, weight = tuple(matrix.shape), np.stack([table.row, table.col]), table.data
    else:
        dense = np.asarray(matrix)
        if dense.dtype.kind not in "biuf":
            raise InputError("adjacency", f"its numbers are of type {dense.dtype}", expected="numbers")
        shape = dense.shape
        rows, columns = np.nonzero(dense) if dense.ndim == 2 else (np.zeros(0, int),) * 2
        index, weight = np.stack([rows, columns]), dense[rows, columns] if dense.ndim == 2 else dense
    if len(shape) != 2 or shape[0] != shape[1]:
        raise InputError(
            "adjacency", f"its shape is {shape}", expected="(N, N), a row and a column for each node"
        )
    names = checked_names(shape[0] if nodes is None else nodes)
    if len(names) != shape[0]:
        raise InputError(
            "adjacency",
            f"it has {shape[0]} rows for {len(names)} nodes",
            expected=f"{len(names)} rows and columns, one for each node",
            remedy="Give the adjacency of all nodes of the signals, and of no others",
        )
    return settle_graph(
        names,
        index,
        weight,
        self_loops=self_loops,
        directed=directed,
        signed=signed,
        coordinates=coordinates,
        geographic=geographic,
    )


def _frame_names(frame: pd.DataFrame) -> tuple[str, ...]:
    """Names in the columns of a square frame; rows with names must have the same, in the same order."""
    columns = checked_names(list(frame.columns))
    if frame.shape[0] == frame.shape[1] and not isinstance(frame.index, pd.RangeIndex):
        rows = checked_names(list(frame.index))
        if rows != columns:
            wrong = next(row for row, column in zip(rows, columns, strict=True) if row != column)
            raise InputError(
                "adjacency", "rows and columns name other nodes, or in another order", where=f"row {wrong}"
            )
    return columns
