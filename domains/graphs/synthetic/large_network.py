"""A large generated sensor network: points in a square, edges to those near, seasons and what spreads."""

from __future__ import annotations

import numba
import numpy as np
from scipy.spatial import KDTree

from ....shared.errors import InputError
from ..sensor_graph.sensor_graph import SensorGraph
from .generated_signals import GeneratedSignals

DAY = 24
"""Steps of a day."""


def geometric_network(nodes: int = 5_000, edges: int = 400_000, *, seed: int = 0) -> SensorGraph:
    """Random geometric graph: `nodes` uniform points in the unit square, joined where they are near.

    The radius is the one that gives about `edges` directed edges (both directions of a pair count), found
    by counting in a k-d tree; nothing of size N x N is made. Weights are exp(-(d / radius)^2).

    Raises:
        InputError: fewer than 2 nodes, or more edges than pairs.
    """
    if nodes < 2:
        raise InputError("nodes", f"{nodes} make no network", expected="at least 2")
    if not 0 < edges <= nodes * (nodes - 1):
        raise InputError("edges", f"{edges} do not fit {nodes} nodes", expected=f"1 to {nodes * (nodes - 1)}")
    rng = np.random.default_rng(seed)
    places = rng.random((nodes, 2))
    tree = KDTree(places)
    radius = _radius(tree, edges)
    pairs = tree.query_pairs(radius, output_type="ndarray").astype(np.int64)
    length = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
    weight = np.exp(-((length / radius) ** 2)).astype(np.float32)
    edge_index = np.concatenate([pairs, pairs[:, ::-1]]).T
    names = tuple(f"n{node:05d}" for node in range(nodes))
    return SensorGraph(names, np.ascontiguousarray(edge_index), np.tile(weight, 2), places, geographic=False)


def large_network(
    nodes: int = 5_000,
    edges: int = 400_000,
    steps: int = 1_000,
    *,
    noise: float = 0.3,
    persistence: float = 0.95,
    diffusion: float = 0.5,
    seed: int = 0,
) -> GeneratedSignals:
    """Hourly signals on `geometric_network`: a daily wave, and anomalies that last and spread.

    x_t = wave_t + z_t,  z_t = persistence ((1 - diffusion) z_{t-1} + diffusion D^-1 A z_{t-1}) + noise,

    where the wave's mean, amplitude and phase vary smoothly over the square. Errors as in
    `geometric_network`.
    """
    if steps < 1:
        raise InputError("steps", f"{steps} make no signal", expected="at least 1")
    graph = geometric_network(nodes, edges, seed=seed)
    rng = np.random.default_rng([seed, 1])
    assert graph.coordinates is not None
    level, amplitude, phase = (_smooth_field(graph.coordinates, rng) for _ in range(3))
    angle = 2 * np.pi * np.arange(-DAY, steps)[:, None] / DAY + phase
    wave = 2 * level + (1 + 0.5 * amplitude) * (np.sin(angle) + 0.3 * np.sin(2 * angle + 1))
    # The first day is thrown away: anomalies have grown to their usual size after it.
    anomaly = noise * rng.standard_normal((steps + DAY, nodes))
    matrix = graph.adjacency()
    inflow = np.asarray(matrix.sum(axis=0)).ravel()
    incoming = matrix.T.tocsr()
    expected = np.zeros_like(anomaly)
    shares = np.array([persistence * (1 - diffusion), persistence * diffusion])
    _spread(anomaly, expected, incoming.indptr, incoming.indices, incoming.data, inflow, shares)
    values, means = (wave + anomaly)[DAY:], (wave + expected)[DAY:]
    return GeneratedSignals(values.astype(np.float32), means.astype(np.float32), graph, noise)


def _radius(tree: KDTree, edges: int) -> float:
    """Radius within which there are about `edges` ordered pairs of different points."""
    low, high = 0.0, float(np.sqrt(2))
    for _ in range(40):
        middle = (low + high) / 2
        if tree.count_neighbors(tree, middle) - tree.n < edges:
            low = middle
        else:
            high = middle
    return high


def _smooth_field(places: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random field of long waves over the square, float64 [N], of about unit size."""
    waves = rng.normal(scale=2.0, size=(2, 8))
    return np.sin(places @ waves * np.pi + rng.uniform(0, 2 * np.pi, 8)).sum(axis=1) / 2


@numba.njit(cache=True)
def _spread(
    path: np.ndarray,
    expected: np.ndarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    data: np.ndarray,
    inflow: np.ndarray,
    shares: np.ndarray,
) -> None:
    """Let noise [T, N] last and spread along incoming edges, in place; means go into `expected`."""
    for t in range(1, len(path)):
        for i in range(path.shape[1]):
            total = 0.0
            for k in range(indptr[i], indptr[i + 1]):
                total += data[k] * path[t - 1, indices[k]]
            mean = shares[0] * path[t - 1, i]
            if inflow[i] > 0:
                mean += shares[1] * total / inflow[i]
            expected[t, i] = mean
            path[t, i] += mean
