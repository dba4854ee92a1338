"""Weights from distances: the Gaussian kernel of DCRNN, straight from the list of distances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from ....shared.errors import InputError
from .checks import checked_index, checked_names, counted
from .policies import SelfLoops, settle_graph
from .sensor_graph import SensorGraph


@dataclass(frozen=True)
class DistanceGraph:
    """Distances between some pairs of N nodes."""

    edge_index: np.ndarray
    """Integers [2, E]."""
    distance: np.ndarray
    """float [E], zero or more; infinite means no way."""
    nodes: int | Sequence[object]
    """N, or the N names."""


def from_distances(
    distances: DistanceGraph,
    *,
    sigma: float | None = None,
    threshold: float = 0.1,
    self_loops: SelfLoops = "drop",
    directed: bool = True,
) -> SensorGraph:
    """The graph with weights exp(-(d / sigma)^2), without those below `threshold` (Li et al. 2018, DCRNN).

    Reads the list twice; no N x N array is made. With its defaults it gives the published graphs of METR-LA
    and PEMS-BAY. Of a pair listed twice the shorter distance counts.

    Args:
        distances: between pairs of nodes.
        sigma: scale of the distances; their population standard deviation, zeros included, when None.
        threshold: smallest weight that is kept.
        self_loops: whether to "drop" or "keep" pairs of a node with itself.
        directed: False adds the opposite of every edge.

    Raises:
        InputError: negative or NaN distances, or no spread to take sigma from.
    """
    names = checked_names(distances.nodes)
    index = checked_index(distances.edge_index, len(names))
    far = np.ascontiguousarray(distances.distance, np.float64)
    check_distances(far, index, names)
    index, far = shortest(index[:, np.isfinite(far)], far[np.isfinite(far)], len(names))
    scale = spread_of(far) if sigma is None else float(sigma)
    check_kernel(scale, threshold, given=sigma is not None)
    kept, weight = kernel_weights(far, scale, threshold)
    return settle_graph(names, index[:, kept], weight, self_loops=self_loops, directed=directed)


def shortest(index: np.ndarray, far: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs [2, E] and distances float64 [E], each pair once, with its shortest distance."""
    keys = index[0] * nodes + index[1]
    order = np.lexsort((far, keys))
    keys = keys[order]
    first = np.r_[True, keys[1:] != keys[:-1]] if keys.size else np.zeros(0, bool)
    return np.stack(np.divmod(keys[first], nodes)), far[order][first]


def check_kernel(sigma: float, threshold: float, *, given: bool) -> None:
    """Raise InputError for a scale or a threshold that makes no weights."""
    if not (np.isfinite(sigma) and sigma > 0):
        raise InputError(
            "sigma",
            f"{sigma:g} is not a scale" if given else "all distances are equal, so they have no spread",
            expected="a positive number",
            remedy="Pass sigma=, in the unit of the distances",
        )
    if not 0 <= threshold < 1:
        raise InputError("threshold", f"{threshold:g} is out of range", expected="0 to 1, as weights are")


def check_distances(far: np.ndarray, index: np.ndarray, names: tuple[str, ...]) -> None:
    """Raise InputError for distances [E] that are NaN, negative or not one for each pair [2, E]."""
    if far.shape != (index.shape[1],):
        raise InputError("distance", f"there are {far.size} for {index.shape[1]} pairs of nodes")
    wrong = np.flatnonzero(np.isnan(far) | (far < 0))
    if wrong.size:
        sender, receiver = index[:, wrong[0]]
        raise InputError(
            "distance",
            f"{counted(wrong.size, 'is', 'are')} NaN or negative",
            where=f"edge {wrong[0]}, {names[sender]} to {names[receiver]}, {far[wrong[0]]:g}",
            expected="0 and more, or infinite where there is no way",
        )


@njit(cache=True, nogil=True)
def spread_of(far: np.ndarray) -> float:
    """Population standard deviation of float64 [E]; 0 where there is nothing."""
    if far.size == 0:
        return 0.0
    total = 0.0
    for distance in far:
        total += distance
    mean = total / far.size
    square = 0.0
    for distance in far:
        square += (distance - mean) ** 2
    return np.sqrt(square / far.size)


@njit(cache=True, nogil=True)
def kernel_weights(far: np.ndarray, sigma: float, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs are kept, int64 [K], and their weights float32 [K]."""
    # Weights are compared by their distance first, so that few exponentials are taken.
    reach = np.inf if threshold <= 0 else sigma * np.sqrt(-np.log(threshold)) * (1 + 1e-12)
    count = 0
    for distance in far:
        count += distance <= reach
    kept, weight = np.empty(count, np.int64), np.empty(count, np.float32)
    place = 0
    for edge in range(far.size):
        if far[edge] <= reach:
            ratio = far[edge] / sigma
            value = np.exp(-ratio * ratio)
            if value >= threshold:
                kept[place], weight[place] = edge, value
                place += 1
    return kept[:place], weight[:place]
