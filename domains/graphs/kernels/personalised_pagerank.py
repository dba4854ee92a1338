"""Approximate personalised PageRank by local pushes (Andersen, Chung & Lang 2006)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numba
import numpy as np
from scipy import sparse

from ....shared.errors import InputError
from .compressed_rows import Graph, checked_nodes, compress_rows

Dangling = Literal["stop", "stay", "restart"]
RULES: tuple[Dangling, ...] = ("stop", "stay", "restart")
STAY, RESTART = 1, 2
NOTHING = 1e-300
"""Residual after a push: not 0, which tells nodes that were never touched."""


def personalised_pagerank(
    graph: Graph,
    nodes: object = None,
    *,
    alpha: float = 0.15,
    eps: float = 1e-4,
    top_k: int | None = None,
    dangling: Dangling = "stop",
    workers: int = 1,
) -> sparse.csr_array:
    """Where walks end that start at a node and stop at every step with probability alpha.

    Row s approximates alpha (I - (1 - alpha) P^T)^-1 e_s with P = D^-1 A, from below. A residual stays at
    every node that is below eps times its degree (in units of the mean edge weight, so that scaling all
    weights changes nothing). On an undirected graph no entry is off by more than eps times that degree; on
    a directed one the entries of a row are off by eps times the sum of the degrees at most, all together.

    Args:
        graph: a SensorGraph, sparse matrix or compressed rows; weighted and directed ones too.
        nodes: starting nodes, ints [S]; None for all of them.
        alpha: probability of stopping, above 0, at most 1.
        eps: accuracy; a push costs a node's degree, and a row takes 1 / (eps alpha) of that at most.
        top_k: keep the largest entries of each row only (of equal ones, the first nodes).
        dangling: what a walk does at a node without edges: "stop" there and count for nothing more than the
            alpha that stops by chance, "stay" for ever, or "restart" at its first node.
        workers: threads over starting nodes; the answer does not depend on it.

    Returns:
        float64 [S, N], sparse; entries of a row in the order of discovery (`sort_indices()` sorts them).

    Raises:
        InputError: a setting out of range, bad nodes or weights.
    """
    rows = compress_rows(graph)
    _check(alpha, eps, top_k, dangling)
    n_nodes = rows.n_nodes
    chosen = np.arange(n_nodes) if nodes is None else checked_nodes("nodes", nodes, n_nodes)
    unit = rows.volume / rows.n_edges if rows.n_edges else 1.0
    limits = eps * np.where(rows.degrees > 0, rows.degrees / unit, 1.0)
    most = n_nodes if top_k is None else min(top_k, n_nodes)
    senders = np.repeat(np.arange(n_nodes), np.diff(rows.offsets))
    shares = (1 - alpha) * rows.weights / rows.degrees[senders]
    factors = shares * limits[senders] / limits[rows.neighbours]
    edges = rows.offsets.astype(np.uint64), rows.neighbours.astype(np.uint32), factors

    def push(seeds: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return _push_all(*edges, limits, seeds.astype(np.uint32), alpha, most, RULES.index(dangling))

    if workers == 1:
        counts, columns, values = push(chosen)
    else:
        with ThreadPoolExecutor(workers) as pool:
            parts = list(pool.map(push, np.array_split(chosen, min(4 * workers, max(len(chosen), 1)))))
        counts, columns, values = (np.concatenate([part[i] for part in parts]) for i in range(3))
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), counts.cumsum()])
    return sparse.csr_array((values, columns, offsets), shape=(len(chosen), n_nodes))


def _check(alpha: float, eps: float, top_k: int | None, dangling: str) -> None:
    if not 0 < alpha <= 1:
        raise InputError("alpha", f"is {alpha:g}", expected="above 0, at most 1")
    if not eps > 0:
        raise InputError(
            "eps", f"is {eps:g}", expected="above 0", remedy="For the exact answer solve densely"
        )
    if top_k is not None and top_k < 1:
        raise InputError("top_k", f"is {top_k}", expected="at least 1, or None for all")
    if dangling not in RULES:
        raise InputError("dangling", f"{dangling!r} is not known", expected=f"one of {', '.join(RULES)}")


@numba.njit(cache=True, nogil=True)
def _push_all(
    offsets: np.ndarray,
    neighbours: np.ndarray,
    factors: np.ndarray,
    limits: np.ndarray,
    seeds: np.ndarray,
    alpha: float,
    most: int,
    rule: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Entries per seed, and their nodes and values, seed after seed.

    The workspace is as long as the graph, but only what a seed touched is reset.
    """
    n_nodes = len(limits)
    residual, estimate = np.zeros(n_nodes), np.zeros(n_nodes)
    queue = np.empty(2 ** int(np.ceil(np.log2(n_nodes + 1))), dtype=np.uint32)
    touched = np.empty(n_nodes + 1, dtype=np.uint32)
    counts = np.zeros(len(seeds), dtype=np.int64)
    columns, values = np.empty(4096, dtype=np.int64), np.empty(4096, dtype=np.float64)
    filled = 0
    for s in range(len(seeds)):
        if filled + n_nodes > len(columns):
            columns = np.concatenate((columns, np.empty(len(columns) + n_nodes, dtype=np.int64)))
            values = np.concatenate((values, np.empty(len(values) + n_nodes, dtype=np.float64)))
        graph = offsets, neighbours, factors, limits
        n_touched = _push_one(*graph, seeds[s], alpha, rule, residual, estimate, queue, touched)
        before = filled
        for i in range(n_touched):
            u = touched[i]
            if estimate[u] > 0:
                columns[filled], values[filled] = u, estimate[u] * limits[u]
                filled += 1
            residual[u], estimate[u] = 0.0, 0.0
        if filled - before > most:
            by_node = np.argsort(columns[before:filled])
            largest = by_node[np.argsort(-values[before:filled][by_node], kind="mergesort")[:most]]
            found, kept = columns[before:filled][largest], values[before:filled][largest]
            filled = before + most
            columns[before:filled], values[before:filled] = found, kept
        counts[s] = filled - before
    return counts, columns[:filled].copy(), values[:filled].copy()


@numba.njit(cache=True, nogil=True)
def _push_one(
    offsets: np.ndarray,
    neighbours: np.ndarray,
    factors: np.ndarray,
    limits: np.ndarray,
    seed: np.uint32,
    alpha: float,
    rule: int,
    residual: np.ndarray,
    estimate: np.ndarray,
    queue: np.ndarray,
    touched: np.ndarray,
) -> np.uint32:
    """Push until no residual reaches its limit; fills `estimate`, returns how many nodes were touched.

    Residuals and estimates are counted in units of each node's limit: a node waits in the queue exactly
    while its residual is 1 or more, so nothing else need be kept, and N + 1 places suffice for the ring (a
    power of two, for quick wrapping). Unsigned indices spare the check for negative ones.
    """
    one, ring = np.uint32(1), np.uint32(len(queue) - 1)
    residual[seed] = 1.0 / limits[seed]  # the first push is made in any case
    queue[0], touched[0] = seed, seed
    head, tail, n_touched = np.uint32(0), one, one
    while head != tail:
        u = queue[head & ring]
        head += one
        mass = residual[u]
        residual[u] = NOTHING
        estimate[u] += alpha * mass
        begin, end = offsets[u], offsets[u + one]
        if begin == end and rule == STAY:
            estimate[u] += (1 - alpha) * mass
        elif begin == end and rule == RESTART:
            before = residual[seed]
            residual[seed] = before + (1 - alpha) * mass * limits[u] / limits[seed]
            queue[tail & ring] = seed
            tail += np.uint32((residual[seed] >= 1.0) & (before < 1.0))
        for e in range(begin, end):
            v = neighbours[e]
            before = residual[v]
            after = before + mass * factors[e]
            residual[v] = after
            # Written always, counted when it holds: a branch here would be guessed wrong every third time.
            touched[n_touched] = v
            n_touched += np.uint32((before == 0.0) & (after > 0.0))
            queue[tail & ring] = v
            tail += np.uint32((after >= 1.0) & (before < 1.0))
    return n_touched
