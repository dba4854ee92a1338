"""GPVAR: a polynomial graph filter with noise, whose best possible forecast is known in closed form.

Zambon & Alippi, "AZ-whiteness test" (NeurIPS 2022, arXiv 2204.11135) and Cini et al., "Taming Local Effects
in Graph-based Spatiotemporal Forecasting" (NeurIPS 2023): triangle communities in a row, A their adjacency
with self-loops, not normalised, and

    H_t = sum_{l=0..L} A^l sum_{p=1..P} Theta[l, P - p] x_{t-p},
    x_t = a tanh(H_t) + b tanh(x_{t-1}) + noise,

with a = b = 1/2 in GPVAR, a, b ~ U(-2, 2) of each node's own in GPVAR-L, and a = 1, b = 0 in the AZ set.
"""

from __future__ import annotations

import numba
import numpy as np
from scipy import sparse

from ....shared.errors import InputError
from ..sensor_graph.sensor_graph import SensorGraph
from .generated_signals import GeneratedSignals

COMMUNITY = 6
"""Nodes of a triangle community."""
COMMUNITY_EDGES = ((0, 1), (1, 2), (3, 4), (1, 3), (2, 4), (4, 5), (0, 3), (1, 4), (3, 5))
"""Its undirected edges: a triangle of side two, cut into four."""
FILTER = ((2.5, 1.0), (-2.0, 3.0), (-0.5, 0.0))
"""Theta of GPVAR: rows are hops l = 0..2, columns x_{t-2} and x_{t-1}, in the order of time.

Read the other way round, all nodes would alternate between two signs, and no graph be needed to forecast.
"""
AZ_FILTER = ((5.0, 2.0), (-4.0, 6.0), (-1.0, 0.0))
"""Theta of the set on which the AZ-whiteness test was presented."""


def triangle_communities(communities: int) -> SensorGraph:
    """Communities of six nodes in a row, the last node of each joined to the first of the next.

    Both directions of every edge, weight 1, no self-loops: 2 * (9 C + C - 1) edges among 6 C nodes.

    Raises:
        InputError: no community.
    """
    if communities < 1:
        raise InputError("communities", f"{communities} make no graph", expected="at least 1")
    first = COMMUNITY * np.arange(communities)
    inside = (first[:, None, None] + np.array(COMMUNITY_EDGES)).reshape(-1, 2)
    between = np.stack([first[1:] - 1, first[1:]], axis=1)
    pairs = np.concatenate([inside, between])
    edge_index = np.concatenate([pairs, pairs[:, ::-1]]).T.astype(np.int64)
    names = tuple(f"c{node // COMMUNITY}-{node % COMMUNITY}" for node in range(COMMUNITY * communities))
    return SensorGraph(names, np.ascontiguousarray(edge_index), np.ones(edge_index.shape[1], np.float32))


def gpvar(
    steps: int = 30_000,
    communities: int = 20,
    *,
    noise: float = 0.4,
    weights: np.ndarray | tuple[tuple[float, ...], ...] = FILTER,
    own: float = 0.5,
    seed: int = 1234,
) -> GeneratedSignals:
    """GPVAR, the same at all nodes: x_t = (1 - own) tanh(H_t) + own tanh(x_{t-1}) + noise.

    Args:
        steps, communities: T, and a sixth of N.
        noise: its standard deviation.
        weights: Theta [L + 1, P], hops by lags, the nearest lag last.
        own: b, the share of a node's own last value; a is 1 - b.

    Raises:
        InputError: no step, no community, negative noise.
    """
    count = communities * COMMUNITY
    local = np.full((count, 2), (1.0 - own, own))
    return _generate(steps, communities, noise, weights, local, np.random.default_rng(seed))


def gpvar_l(
    steps: int = 30_000,
    communities: int = 20,
    *,
    noise: float = 0.4,
    weights: np.ndarray | tuple[tuple[float, ...], ...] = FILTER,
    spread: float = 2.0,
    seed: int = 42,
) -> GeneratedSignals:
    """GPVAR-L, with local effects: a_i and b_i of each node drawn from U(-spread, spread).

    No global model without node embeddings reaches its optimum. Arguments and errors as in `gpvar`.
    """
    rng = np.random.default_rng(seed)
    local = rng.uniform(-spread, spread, (max(communities, 0) * COMMUNITY, 2))
    return _generate(steps, communities, noise, weights, local, rng)


def gpvar_az(steps: int = 30_000, *, noise: float = 0.4, seed: int = 1234) -> GeneratedSignals:
    """The AZ test's own set: 5 communities (30 nodes), the filter doubled and alone."""
    return gpvar(steps, 5, noise=noise, weights=AZ_FILTER, own=0.0, seed=seed)


def _generate(
    steps: int,
    communities: int,
    noise: float,
    weights: np.ndarray | tuple[tuple[float, ...], ...],
    local: np.ndarray,
    rng: np.random.Generator,
) -> GeneratedSignals:
    if steps < 1:
        raise InputError("steps", f"{steps} make no signal", expected="at least 1")
    if not noise >= 0:
        raise InputError("noise", f"{noise} is no standard deviation", expected="a number of 0 or more")
    graph = triangle_communities(communities)
    theta = np.ascontiguousarray(np.asarray(weights, dtype=np.float64)[:, ::-1])
    lags = theta.shape[1]
    # What follows the first values of pure noise is kept, as in the published generators.
    path = noise * rng.standard_normal((steps + lags, graph.n_nodes))
    expected = np.zeros_like(path)
    matrix = sparse.csr_array(graph.adjacency().astype(np.float64) + sparse.eye_array(graph.n_nodes))
    _simulate(path, expected, theta, matrix.indptr, matrix.indices, matrix.data, local)
    return GeneratedSignals(
        path[lags:].astype(np.float32), expected[lags:].astype(np.float32), graph, float(noise)
    )


@numba.njit(cache=True)
def _simulate(
    path: np.ndarray,
    expected: np.ndarray,
    theta: np.ndarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    data: np.ndarray,
    local: np.ndarray,
) -> None:
    """Add the filter to the noise in `path` [P + T, N], step by step; means go into `expected`.

    Columns of `theta` count lags from 1 here. Horner's rule: L products with A a step.
    """
    hops, lags = theta.shape
    nodes = path.shape[1]
    state, product = np.zeros(nodes), np.zeros(nodes)
    for t in range(lags, len(path)):
        state[:] = 0.0
        for hop in range(hops - 1, -1, -1):
            for i in range(nodes):
                total = 0.0
                for k in range(indptr[i], indptr[i + 1]):
                    total += data[k] * state[indices[k]]
                for p in range(lags):
                    total += theta[hop, p] * path[t - 1 - p, i]
                product[i] = total
            state, product = product, state
        for i in range(nodes):
            mean = local[i, 0] * np.tanh(state[i]) + local[i, 1] * np.tanh(path[t - 1, i])
            expected[t, i] = mean
            path[t, i] += mean
