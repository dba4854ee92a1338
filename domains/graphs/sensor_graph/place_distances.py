"""Graphs from where the nodes are: nearness on the globe or in the plane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit

from ....shared.errors import InputError
from .checks import checked_coordinates, checked_names
from .gaussian_kernel import check_kernel
from .policies import settle_graph
from .sensor_graph import SensorGraph

EARTH_RADIUS = 6371.0088
"""Mean radius in kilometres (IUGG)."""


def from_coordinates(
    coordinates: np.ndarray,
    nodes: Sequence[object] | None = None,
    *,
    geographic: bool = True,
    k: int | None = None,
    sigma: float | None = None,
    threshold: float | None = None,
) -> SensorGraph:
    """The graph with weights exp(-(d / sigma)^2) of the distances d between places; no N x N array is made.

    Distances are great circles in kilometres (haversine) of latitude and longitude, or Euclidean ones of x
    and y.

    Args:
        coordinates: [N, 2], latitude and longitude in degrees, or x and y where not `geographic`.
        nodes: the N names; "0" to "N-1" when None.
        geographic: whether coordinates are latitude and longitude.
        k: each node receives from its k nearest others only; from all above the threshold when None.
        sigma: scale; the population standard deviation of all N^2 distances when None.
        threshold: smallest weight that is kept; 0.1 when None and no k is given, else 0.

    Raises:
        InputError: coordinates that are none, k out of range, or all nodes in one place.
    """
    count = len(coordinates)
    names = checked_names(count if nodes is None else nodes)
    places = checked_coordinates(coordinates, len(names), geographic=geographic)
    if k is not None and not 1 <= k < count:
        raise InputError("k", f"{k} neighbours of {count} nodes", expected=f"1 to {count - 1}")
    least = threshold if threshold is not None else 0.1 if k is None else 0.0
    scale = _spread(places, geographic) if sigma is None else float(sigma)
    check_kernel(scale, least, given=sigma is not None)
    if k is None:
        index, far = _within(places, geographic, scale * np.sqrt(-np.log(max(least, 1e-300))))
    else:
        index, far = _nearest(places, geographic, k)
    weight = np.exp(-((far / scale) ** 2))
    kept = weight >= least
    return settle_graph(names, index[:, kept], weight[kept], coordinates=places, geographic=geographic)


@njit(cache=True, nogil=True)
def distance_between(places: np.ndarray, i: int, j: int, geographic: bool) -> float:
    """Kilometres between two rows of latitudes and longitudes (haversine), or the distance in the plane."""
    if not geographic:
        return np.hypot(places[i, 0] - places[j, 0], places[i, 1] - places[j, 1])
    first, second = np.radians(places[i, 0]), np.radians(places[j, 0])
    east = np.radians(places[i, 1] - places[j, 1])
    half = np.sin((first - second) / 2) ** 2 + np.cos(first) * np.cos(second) * np.sin(east / 2) ** 2
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(min(1.0, half)))


@njit(cache=True, nogil=True)
def _spread(places: np.ndarray, geographic: bool) -> float:
    """Population standard deviation of all N^2 distances, those of a node to itself included."""
    n = len(places)
    total, square = 0.0, 0.0
    for i in range(n):
        for j in range(i):
            far = distance_between(places, i, j, geographic)
            total += 2 * far
            square += 2 * far * far
    mean = total / (n * n)
    return np.sqrt(max(0.0, square / (n * n) - mean * mean))


@njit(cache=True, nogil=True)
def _within(places: np.ndarray, geographic: bool, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Pairs int64 [2, E] at most `reach` apart, and their distances float64 [E]."""
    n = len(places)
    count = 0
    for i in range(n):
        for j in range(i):
            count += 2 * (distance_between(places, i, j, geographic) <= reach)
    index, distance = np.empty((2, count), np.int64), np.empty(count)
    place = 0
    for i in range(n):
        for j in range(i):
            far = distance_between(places, i, j, geographic)
            if far <= reach:
                index[0, place], index[1, place] = i, j
                index[0, place + 1], index[1, place + 1] = j, i
                distance[place] = distance[place + 1] = far
                place += 2
    return index, distance


@njit(cache=True, nogil=True)
def _nearest(places: np.ndarray, geographic: bool, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs int64 [2, N k] from each node's k nearest others to it, and their distances float64 [N k]."""
    n = len(places)
    index, distance = np.empty((2, n * k), np.int64), np.empty(n * k)
    distance[:] = np.inf
    for i in range(n):
        first, last = i * k, (i + 1) * k
        index[1, first:last] = i
        for j in range(n):
            if i == j:
                continue
            far = distance_between(places, i, j, geographic)
            place = last
            while place > first and far < distance[place - 1]:
                place -= 1
            for later in range(last - 1, place, -1):
                distance[later], index[0, later] = distance[later - 1], index[0, later - 1]
            if place < last:
                distance[place], index[0, place] = far, j
    return index, distance
