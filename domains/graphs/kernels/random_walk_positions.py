"""Random-walk positional encodings (Dwivedi et al. 2022): how likely a walk is back after k steps."""

from __future__ import annotations

import numba
import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from ....shared.errors import InputError
from .compressed_rows import CompressedRows, Graph, compress_rows
from .sparse_times_dense import multiply_into

EXACT_NODES = 5000
"""Largest graph that is treated exactly unless asked otherwise: the time grows with N times E."""
WIDTH = 16
"""Nodes (or probes) that are followed together: two cache lines of float64."""


def random_walk_positions(
    graph: Graph, steps: int = 20, *, exact: bool | None = None, probes: int = 256, seed: int = 0
) -> np.ndarray:
    """Diagonals of P^1 ... P^steps with P = D^-1 A (weighted; a node without edges gets zeros).

    The diagonal of P^(a + b) at i is the product of row i of P^a with column i of P^b, so only half the steps
    are walked, for WIDTH nodes at a time: memory stays at N * WIDTH. On an undirected graph rows and columns
    are the same after scaling by the square roots of the degrees, which halves the work again.

    Above 5,000 nodes (or with exact=False) the same products are estimated with random signs z, as
    E[z z^T] = I: (P^a z)_i ((P^T)^b z)_i, averaged over `probes`. On an undirected graph the stationary part
    of the walk, a node's share of its component's degrees, is taken off and added exactly; what is left has
    a relative error of about sqrt(2 / probes). Steps 1 and 2 are exact, the rest is kept within [0, 1].

    Args:
        graph: a SensorGraph, sparse matrix or compressed rows.
        steps: longest walk, at least 1.
        exact: None decides by the number of nodes.
        probes, seed: of the estimator.

    Returns:
        float32 [N, steps].

    Raises:
        InputError: a setting out of range, or bad weights.
    """
    if steps < 1:
        raise InputError("steps", f"is {steps}", expected="at least 1")
    if probes < 1:
        raise InputError("probes", f"is {probes}", expected="at least 1")
    rows = compress_rows(graph)
    forward, backward = _walks(rows)
    if exact or (exact is None and rows.n_nodes <= EXACT_NODES):
        return _exact(forward, backward, steps)
    return _estimate(rows, forward, backward, steps, probes, seed)


def _walks(rows: CompressedRows) -> tuple[CompressedRows, CompressedRows]:
    """Matrices whose powers' rows and columns give the diagonal: one and the same where it is symmetric."""
    degrees = rows.degrees
    inverse = np.divide(1.0, degrees, out=np.zeros_like(degrees), where=degrees > 0)
    senders = np.repeat(np.arange(rows.n_nodes), np.diff(rows.offsets))
    if rows.one_way == 0:
        root = np.sqrt(inverse)
        symmetric = rows.weights * root[senders] * root[rows.neighbours]
        both = CompressedRows(rows.offsets, rows.neighbours, symmetric)
        return both, both
    walk = CompressedRows(rows.offsets, rows.neighbours, rows.weights * inverse[senders])
    return walk.transposed, walk


def _exact(forward: CompressedRows, backward: CompressedRows, steps: int) -> np.ndarray:
    def arrays(rows: CompressedRows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return rows.offsets, rows.neighbours, rows.weights

    diagonals = np.zeros((forward.n_nodes, steps))
    for start in range(0, forward.n_nodes, WIDTH):
        _follow(*arrays(forward), *arrays(backward), forward is backward, start, diagonals)
    return diagonals.astype(np.float32)


@numba.njit(cache=True, nogil=True)
def _follow(
    offsets: np.ndarray,
    neighbours: np.ndarray,
    weights: np.ndarray,
    back_offsets: np.ndarray,
    back_neighbours: np.ndarray,
    back_weights: np.ndarray,
    symmetric: bool,
    start: int,
    diagonals: np.ndarray,
) -> None:
    """Fill the diagonals of WIDTH nodes from `start` on."""
    n_nodes, steps = diagonals.shape
    ahead, moved = np.zeros((n_nodes, WIDTH)), np.zeros((n_nodes, WIDTH))
    for b in range(min(WIDTH, n_nodes - start)):
        ahead[start + b, b] = 1.0
    behind, turned = (ahead, moved) if symmetric else (ahead.copy(), moved.copy())
    for step in range(steps):
        if step % 2 == 0:
            multiply_into(offsets, neighbours, weights, ahead, moved)
            ahead, moved = moved, ahead
            # Symmetric: `moved` now holds the walk one step shorter, which is what is behind.
            other = moved if symmetric else behind
        else:
            if not symmetric:
                multiply_into(back_offsets, back_neighbours, back_weights, behind, turned)
                behind, turned = turned, behind
            other = ahead if symmetric else behind
        total = np.zeros(WIDTH)
        for i in range(n_nodes):
            for b in range(WIDTH):
                total[b] += ahead[i, b] * other[i, b]
        for b in range(min(WIDTH, n_nodes - start)):
            diagonals[start + b, step] = total[b]


def _estimate(
    rows: CompressedRows,
    forward: CompressedRows,
    backward: CompressedRows,
    steps: int,
    probes: int,
    seed: int,
) -> np.ndarray:
    n_nodes = rows.n_nodes
    draw = np.random.default_rng(seed)
    sums = np.zeros((n_nodes, steps))
    root = np.zeros(n_nodes) if forward is not backward else _stationary_root(rows)
    component = csgraph.connected_components(rows.matrix, directed=False)[1]
    for start in range(0, probes, WIDTH):
        signs = draw.choice([-1.0, 1.0], size=(n_nodes, min(WIDTH, probes - start)))
        for column in signs.T:  # S has the eigenvector `root` with eigenvalue 1 in every component
            column -= root * np.bincount(component, root * column)[component]
        ahead = behind = signs
        for step in range(steps):
            if step % 2 == 0:
                shorter, ahead = ahead, _times(forward, ahead)
                behind = shorter if forward is backward else behind
            else:
                behind = ahead if forward is backward else _times(backward, behind)
            sums[:, step] += np.einsum("nb,nb->n", ahead, behind)
    estimated = np.clip(sums / probes + root[:, None] ** 2, 0, 1)
    for step, diagonal in enumerate(_first_two(rows)[:steps]):
        estimated[:, step] = diagonal
    return estimated.astype(np.float32)


def _stationary_root(rows: CompressedRows) -> np.ndarray:
    """Square root of each node's share of its component's degrees, float64 [N]."""
    component = csgraph.connected_components(rows.matrix, directed=False)[1]
    volume = np.bincount(component, rows.degrees)[component]
    return np.sqrt(np.divide(rows.degrees, volume, out=np.zeros_like(volume), where=volume > 0))


def _times(rows: CompressedRows, block: np.ndarray) -> np.ndarray:
    out = np.empty_like(block)
    multiply_into(rows.offsets, rows.neighbours, rows.weights, block, out)
    return out


def _first_two(rows: CompressedRows) -> list[np.ndarray]:
    """Diagonals of P and P^2, from the edges."""
    degrees = np.maximum(rows.degrees, 1e-300)
    walk = sparse.csr_array(rows.matrix / degrees[:, None])
    return [walk.diagonal(), np.asarray(walk.multiply(walk.T.tocsr()).sum(axis=1)).ravel()]
