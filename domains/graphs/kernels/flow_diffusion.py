"""l2 flow diffusion by local pushes (Fountoulakis, Wang & Yang 2020), with edges weighted by noisy labels.

Mass enters at seeds; every node keeps as much as its degree and hands what is more to its neighbours. What
comes out minimises x^T L x / 2 - x^T (sources - degrees) over x >= 0. Edges between nodes whose labels differ
carry only a share `epsilon` of the flow (Yang, Veldt & Fountoulakis 2024, "Local graph clustering with noisy
labels"). A node that is pushed has filled its capacity, so the pushed nodes' degrees add up to the mass at
most: neither time nor memory depends on the size of the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from ....shared.errors import InputError
from .compressed_rows import CompressedRows, checked_nodes
from .node_table import EMPTY, find, new_table, table_of

NODE, BEGIN, END, ROUND = range(4)
"""Columns of `places`: which node it is, where its looked-up edges lie (if they are), whether it waits."""
MASS, POTENTIAL, CAPACITY, CONDUCTANCE = range(4)
"""Columns of `state`; the last is the sum of a node's weighted edges."""
WAITING = 1
SETTLED, EXHAUSTED, UNFINISHED = range(3)


@dataclass(frozen=True, eq=False)
class FlowDiffusion:
    """Where the mass came to rest. All arrays run over touched nodes, in the order of discovery."""

    nodes: np.ndarray
    """int64 [n], every node that some mass reached."""
    potential: np.ndarray
    """float64 [n], x: above 0 on the nodes that passed mass on; higher is closer to the seeds."""
    mass: np.ndarray
    """float64 [n]; no more than the capacity, up to the tolerance."""
    pushes: int


def flow_diffusion(
    rows: CompressedRows,
    seeds: object,
    mass: float,
    *,
    labels: np.ndarray | None = None,
    epsilon: float = 0.05,
    tolerance: float = 1e-3,
    most_pushes: int = 50_000_000,
) -> FlowDiffusion:
    """Spread `mass` from the seeds, in equal parts, until no node holds more than its degree.

    Args:
        rows: an undirected graph, by `compress_rows`. That it is undirected is not checked here, as that
            takes a look at every edge (`require_undirected` does).
        labels: int [N], a guess for every node; edges between different ones weigh `epsilon` times theirs.
        tolerance: excess that may stay at a node, in parts of its degree.

    Raises:
        InputError: bad seeds, labels or settings; more mass than the seeds' component can hold.
    """
    chosen = checked_nodes("seeds", seeds, rows.n_nodes)
    if not (np.isfinite(mass) and mass > 0):
        raise InputError("mass", f"is {mass:g}", expected="above 0, in units of node degrees")
    if not 0 < epsilon <= 1:
        raise InputError("epsilon", f"is {epsilon:g}", expected="above 0, at most 1")
    if not tolerance > 0:
        raise InputError("tolerance", f"is {tolerance:g}", expected="above 0")
    known = np.zeros(0, dtype=np.int64) if labels is None else np.asarray(labels)
    if labels is not None and (known.shape != (rows.n_nodes,) or known.dtype.kind not in "iub"):
        raise InputError(
            "labels",
            f"are {known.dtype} of shape {known.shape}",
            expected=f"integers of shape ({rows.n_nodes},), one per node",
        )
    known = known.astype(np.int64, copy=False)
    edges = rows.offsets, rows.neighbours, rows.weights
    nodes, state, pushes, end = _diffuse(*edges, known, epsilon, chosen, mass, tolerance, most_pushes)
    if end == EXHAUSTED:
        raise InputError(
            "mass",
            f"{mass:g} is more than the {len(nodes)} nodes around the seeds can hold",
            expected=f"less than {state[:, CAPACITY].sum():g}, the sum of their degrees",
            remedy="Give less mass",
        )
    if end == UNFINISHED:
        raise InputError(
            "tolerance", f"not reached within {most_pushes} pushes", remedy="Raise it, or give less mass"
        )
    return FlowDiffusion(nodes, state[:, POTENTIAL].copy(), state[:, MASS].copy(), int(pushes))


@numba.njit(cache=True, nogil=True)
def _diffuse(
    offsets: np.ndarray,
    neighbours: np.ndarray,
    weights: np.ndarray,
    labels: np.ndarray,
    epsilon: float,
    seeds: np.ndarray,
    mass: float,
    tolerance: float,
    most_pushes: int,
) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Touched nodes, their state [n, 4], pushes made and how it ended; in rounds over waiting nodes.

    A node's edges are looked up once, at its first push, and kept as `receivers` (places) and `shares`.
    """
    table = new_table(64)
    places, state = np.full((64, 4), EMPTY, dtype=np.int64), np.zeros((64, 4))
    receivers, shares = np.empty(256, dtype=np.int64), np.empty(256, dtype=np.float64)
    waiting, following = np.empty(64, dtype=np.int64), np.empty(64, dtype=np.int64)
    count, filled, expanded, pushes, n_following = 0, 0, 0, 0, 0
    for node in seeds:
        place, count, table, places, state = _place(offsets, weights, table, places, state, count, node)
        state[place, MASS] += mass / len(seeds)
        following = _with_room(following, count)
        if places[place, ROUND] == EMPTY:
            places[place, ROUND], following[n_following] = WAITING, place
            n_following += 1
    while n_following:
        waiting, following, n_waiting, n_following = following, waiting, n_following, 0
        for i in range(n_waiting):
            u = waiting[i]
            places[u, ROUND] = EMPTY
            excess = state[u, MASS] - state[u, CAPACITY]
            if excess <= tolerance * state[u, CAPACITY]:
                continue
            if places[u, BEGIN] == EMPTY:
                count, filled, table, places, state, receivers, shares = _expand(
                    offsets, neighbours, weights, labels, epsilon, u,
                    table, places, state, count, receivers, shares, filled,
                )  # fmt: skip
                expanded += 1
                following = _with_room(following, count)
                if expanded == count and state[:count, CAPACITY].sum() * (1 + tolerance) < mass:
                    return places[:count, NODE].copy(), state[:count].copy(), pushes, EXHAUSTED
            pushes += 1
            state[u, MASS] = state[u, CAPACITY]
            rise = excess / state[u, CONDUCTANCE]
            state[u, POTENTIAL] += rise
            for e in range(places[u, BEGIN], places[u, END]):
                v = receivers[e]
                state[v, MASS] += rise * shares[e]
                if places[v, ROUND] == EMPTY and state[v, MASS] > (1 + tolerance) * state[v, CAPACITY]:
                    places[v, ROUND], following[n_following] = WAITING, v
                    n_following += 1
        if pushes > most_pushes:
            return places[:count, NODE].copy(), state[:count].copy(), pushes, UNFINISHED
    return places[:count, NODE].copy(), state[:count].copy(), pushes, SETTLED


@numba.njit(cache=True, nogil=True)
def _expand(
    offsets: np.ndarray,
    neighbours: np.ndarray,
    weights: np.ndarray,
    labels: np.ndarray,
    epsilon: float,
    u: int,
    table: np.ndarray,
    places: np.ndarray,
    state: np.ndarray,
    count: int,
    receivers: np.ndarray,
    shares: np.ndarray,
    filled: int,
) -> tuple[int, int, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give the neighbours of the node at place u places of their own, and keep its weighted edges."""
    node = places[u, NODE]
    begin, end = offsets[node], offsets[node + 1]
    receivers, shares = _with_room(receivers, filled + end - begin), _with_room(shares, filled + end - begin)
    places[u, BEGIN], places[u, END] = filled, filled + end - begin
    total = 0.0
    for e in range(begin, end):
        other = neighbours[e]
        place, count, table, places, state = _place(offsets, weights, table, places, state, count, other)
        agreeing = len(labels) == 0 or labels[node] == labels[other]
        share = weights[e] if agreeing else weights[e] * epsilon
        receivers[filled], shares[filled] = place, share
        total += share
        filled += 1
    state[u, CONDUCTANCE] = total
    return count, filled, table, places, state, receivers, shares


@numba.njit(cache=True, nogil=True)
def _place(
    offsets: np.ndarray,
    weights: np.ndarray,
    table: np.ndarray,
    places: np.ndarray,
    state: np.ndarray,
    count: int,
    node: int,
) -> tuple[int, int, np.ndarray, np.ndarray, np.ndarray]:
    """The node's place, a new one where it had none; returns what may have grown."""
    row = find(table, node)
    if table[row, 0] == node:
        return table[row, 1], count, table, places, state
    if count == len(places):
        places = np.concatenate((places, np.full_like(places, EMPTY)))
        state = np.concatenate((state, np.zeros_like(state)))
    if 2 * (count + 1) > len(table):
        table = table_of(places[:count, NODE], 2 * count + 2)
        row = find(table, node)
    table[row, 0], table[row, 1] = node, count
    places[count, NODE] = node
    for e in range(offsets[node], offsets[node + 1]):
        state[count, CAPACITY] += weights[e]
    return count, count + 1, table, places, state


@numba.njit(cache=True, nogil=True)
def _with_room(array: np.ndarray, needed: Any) -> np.ndarray:
    """The array itself, or a longer copy."""
    if needed <= len(array):
        return array
    longer = np.empty(2 * needed, dtype=array.dtype)
    longer[: len(array)] = array
    return longer
