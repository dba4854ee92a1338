"""A graph as the compiled kernels walk it: for every node, its edges in one piece (CSR)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from ....shared.errors import InputError
from ..sensor_graph.sensor_graph import SensorGraph


@dataclass(frozen=True, eq=False)
class CompressedRows:
    """Edges sorted by sender, duplicates added up, weights of zero left out. Build with `compress_rows`."""

    offsets: np.ndarray
    """int64 [N + 1]: node i's edges are offsets[i] to offsets[i + 1]."""
    neighbours: np.ndarray
    """int64 [E], receivers, ascending within a node."""
    weights: np.ndarray
    """float64 [E], positive."""

    @property
    def n_nodes(self) -> int:
        """N."""
        return len(self.offsets) - 1

    @property
    def n_edges(self) -> int:
        """E."""
        return len(self.neighbours)

    @cached_property
    def degrees(self) -> np.ndarray:
        """float64 [N], sum of the weights of a node's edges."""
        sums = np.zeros(self.n_nodes)
        occupied = np.flatnonzero(np.diff(self.offsets))
        if len(occupied):
            sums[occupied] = np.add.reduceat(self.weights, self.offsets[occupied])
        return sums

    @cached_property
    def volume(self) -> float:
        """Sum of all weights."""
        return float(self.weights.sum())

    @cached_property
    def matrix(self) -> sparse.csr_array:
        """A, float64 [N, N], on the same memory."""
        shape = (self.n_nodes, self.n_nodes)
        return sparse.csr_array((self.weights, self.neighbours, self.offsets), shape=shape)

    @cached_property
    def one_way(self) -> int:
        """Ordered pairs of nodes where A[i, j] and A[j, i] differ; 0 for an undirected graph."""
        difference = self.matrix - self.matrix.T.tocsr()
        return int(
            np.count_nonzero(np.abs(difference.data) > 1e-7 * max(self.weights.max(initial=0), 1e-300))
        )

    @cached_property
    def transposed(self) -> CompressedRows:
        """The same edges sorted by receiver: node i's edges are those that reach it."""
        turned = self.matrix.T.tocsr()
        turned.sort_indices()
        return _of_csr(turned)


Graph = SensorGraph | sparse.sparray | sparse.spmatrix | CompressedRows
"""What every kernel takes: a SensorGraph, or A as a sparse matrix with A[i, j] the weight from i to j."""


def compress_rows(graph: Graph) -> CompressedRows:
    """The graph's edges by sender. Do it once and hand the result to the kernels: they take it as it is.

    Raises:
        InputError: not square, or a weight is negative or not finite.
    """
    if isinstance(graph, CompressedRows):
        return graph
    matrix: Any = graph.adjacency() if isinstance(graph, SensorGraph) else graph
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise InputError("adjacency", f"has shape {tuple(matrix.shape)}", expected="a square matrix, N by N")
    rows = sparse.csr_array(matrix, dtype=np.float64, copy=True)
    for wrong, problem, remedy in (
        (~np.isfinite(rows.data), "not finite", "Drop the edge or give its weight"),
        (rows.data < 0, "negative", "Use absolute values, or leave these edges out"),
    ):
        if wrong.any():
            raise InputError(
                "adjacency",
                f"{int(wrong.sum())} weights are {problem}",
                where=_place(rows, int(wrong.argmax())),
                expected="finite weights of at least 0",
                remedy=remedy,
            )
    rows.sum_duplicates()
    rows.eliminate_zeros()
    return _of_csr(rows)


def require_undirected(rows: CompressedRows, what: str) -> None:
    """Refuse a graph with edges that lack their equal opposite.

    Raises:
        InputError: with the number of such entries.
    """
    if rows.one_way:
        raise InputError(
            "adjacency",
            f"{rows.one_way} entries differ from their opposite, and {what} is defined on undirected graphs",
            expected="A[i, j] = A[j, i]",
            remedy="Pass A.maximum(A.T)",
        )


def checked_nodes(name: str, nodes: object, n_nodes: int) -> np.ndarray:
    """Node indices int64 [S].

    Raises:
        InputError: not integers, empty, or outside of 0..N-1.
    """
    chosen = np.atleast_1d(np.asarray(nodes))
    if chosen.ndim != 1 or not len(chosen) or chosen.dtype.kind not in "iu":
        raise InputError(name, "are no node indices", expected="one or more integers in a list")
    outside = np.flatnonzero((chosen < 0) | (chosen >= n_nodes))
    if len(outside):
        raise InputError(
            name,
            f"{len(outside)} lie outside of the graph, first {chosen[outside[0]]}",
            where=f"position {outside[0]}",
            expected=f"0 to {n_nodes - 1}",
        )
    return chosen.astype(np.int64)


def _of_csr(matrix: sparse.csr_array) -> CompressedRows:
    return CompressedRows(
        offsets=np.ascontiguousarray(matrix.indptr, dtype=np.int64),
        neighbours=np.ascontiguousarray(matrix.indices, dtype=np.int64),
        weights=np.ascontiguousarray(matrix.data, dtype=np.float64),
    )


def _place(rows: sparse.csr_array, entry: int) -> str:
    sender = int(np.searchsorted(rows.indptr, entry, side="right")) - 1
    return f"edge {sender} -> {int(rows.indices[entry])}"
