"""Laplacian positional encodings (Dwivedi & Bresson 2021), the same ones every time they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph
from scipy.sparse import linalg as sparse_linalg

from ....shared.errors import InputError, note
from .compressed_rows import Graph, compress_rows, require_undirected

DENSE_NODES = 400
"""Up to this size a component is solved by LAPACK, which is faster there and finds every eigenvalue."""
SHIFT = -1e-2
"""Eigenvalues are sought nearest to this one: just below 0, so that the shifted matrix can be factorised."""


@dataclass(frozen=True, eq=False)
class LaplacianPositions:
    """Eigenvectors of I - D^-1/2 A D^-1/2."""

    vectors: np.ndarray
    """float32 [N, k]; columns beyond the last eigenvector there is are 0."""
    values: np.ndarray
    """float64 [k] eigenvalues, ascending, 0 for padded columns; [components, k] where each has its own."""
    component: np.ndarray
    """int64 [N], which connected component a node belongs to."""

    @property
    def n_components(self) -> int:
        """Number of connected components; 1 for a connected graph."""
        return int(self.component.max(initial=-1)) + 1


def laplacian_positions(
    graph: Graph, k: int, *, per_component: bool = False, pad: bool = True
) -> LaplacianPositions:
    """The k eigenvectors of the smallest eigenvalues above zero.

    Every component has eigenvalue 0 once; its vector says nothing but the degrees and is left out. The graph
    is solved component by component, so that multiple zeros cannot be missed or mixed. Each vector has length
    1 and its largest entry (the first of equal ones) is positive. Within an eigenvalue that occurs more than
    once in one component any rotation is as good; the one that comes out is the same for the same input.

    Args:
        graph: undirected and weighted; a SensorGraph, sparse matrix or compressed rows.
        k: columns.
        per_component: give column j each component's own j-th vector (then every node of a component of more
            than one node has a position); otherwise take the k smallest of the graph as a whole, and warn
            where it is not connected, as each vector then is 0 outside of one component.
        pad: fill up with zero columns where there are fewer than k; otherwise that is an error.

    Raises:
        InputError: directed, bad weights, k below 1, or k larger than what there is and `pad` is False.
    """
    if k < 1:
        raise InputError("k", f"is {k}", expected="at least 1")
    rows = compress_rows(graph)
    require_undirected(rows, "the Laplacian")
    count, component = csgraph.connected_components(rows.matrix, directed=False)
    available = rows.n_nodes - count
    if per_component:
        available = int(np.bincount(component, minlength=1).max(initial=1)) - 1
    if k > available and not pad:
        raise InputError(
            "k",
            f"{k} columns asked, but {rows.n_nodes} nodes in {count} components have {available}",
            remedy="Ask for fewer, or set pad=True for zero columns",
        )
    members = np.split(np.argsort(component, kind="stable"), np.cumsum(np.bincount(component))[:-1])
    solved = [_smallest(rows.matrix[nodes][:, nodes], k) for nodes in members] if rows.n_nodes else []
    if per_component:
        vectors, values = np.zeros((rows.n_nodes, k)), np.zeros((count, k))
        for c, (nodes, (eigenvalues, eigenvectors)) in enumerate(zip(members, solved, strict=True)):
            vectors[nodes, : eigenvectors.shape[1]] = eigenvectors
            values[c, : len(eigenvalues)] = eigenvalues
    else:
        if count > 1:
            note(
                f"the graph has {count} components: each Laplacian vector is 0 outside of one of them; "
                "per_component=True gives every component its own"
            )
        vectors, values = _merged(rows.n_nodes, members, solved, k)
    return LaplacianPositions(vectors.astype(np.float32), values, component.astype(np.int64))


def _merged(
    n_nodes: int, members: list[np.ndarray], solved: list[tuple[np.ndarray, np.ndarray]], k: int
) -> tuple[np.ndarray, np.ndarray]:
    """The k smallest of all components; of equal eigenvalues, the first component's."""
    pairs = [
        (value, c, column)
        for c, (found, _) in enumerate(solved)
        for column, value in enumerate(found.tolist())
    ]
    vectors, values = np.zeros((n_nodes, k)), np.zeros(k)
    for j, (value, c, column) in enumerate(sorted(pairs)[:k]):
        vectors[members[c], j] = solved[c][1][:, column]
        values[j] = value
    return vectors, values


def _smallest(adjacency: Any, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Up to k eigenvalues above zero [j] of one component (a sparse matrix), with vectors [n, j]."""
    n_nodes = adjacency.shape[0]
    if n_nodes < 2:
        return np.zeros(0), np.zeros((n_nodes, 0))
    root = 1 / np.sqrt(np.asarray(adjacency.sum(axis=1)).ravel())
    scaling = sparse.dia_array((root[None], [0]), shape=adjacency.shape)
    laplacian = sparse.eye_array(n_nodes) - scaling @ adjacency @ scaling
    wanted = min(k, n_nodes - 1)
    if n_nodes <= DENSE_NODES or wanted > n_nodes // 4:
        values, vectors = np.linalg.eigh(laplacian.toarray())
    else:
        start = np.random.default_rng(0).normal(size=n_nodes)
        values, vectors = sparse_linalg.eigsh(laplacian.tocsc(), k=wanted + 1, sigma=SHIFT, v0=start)
        order = np.argsort(values)
        values, vectors = values[order], vectors[:, order]
    values, vectors = np.maximum(values[1 : wanted + 1], 0), vectors[:, 1 : wanted + 1]
    return values, vectors * _signs(vectors)


def _signs(vectors: np.ndarray) -> np.ndarray:
    """+1 or -1 per column that make its largest entry positive; equal up to rounding counts as equal."""
    sizes = np.abs(vectors)
    first = (sizes >= sizes.max(axis=0, initial=0) * (1 - 1e-6)).argmax(axis=0)
    return np.where(vectors[first, np.arange(vectors.shape[1])] < 0, -1.0, 1.0)
