"""Numba kernels: which images of which atoms lie around each atom, counted first, then written."""

from __future__ import annotations

import math

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def _first(centre: float, half: float, step: float) -> int:
    """Smallest n with centre + n step >= -half; `_last` is its mirror image to the last bit."""
    return math.ceil((-half - centre) / step)


@numba.njit(cache=True, nogil=True)
def _last(centre: float, half: float, step: float) -> int:
    return math.floor((half - centre) / step)


@numba.njit(cache=True, nogil=True)
def _count_images(cell: np.ndarray, u: np.ndarray, radius: float) -> int:
    """Images of a fractional difference inside the radius; see `triangular_cells` for the order of axes."""
    a1, a2, a3, b2, b3, c3 = cell
    found = 0
    for na in range(_first(u[0] * a1, radius, a1), _last(u[0] * a1, radius, a1) + 1):
        x = (u[0] + na) * a1
        left = radius * radius - x * x
        half = math.sqrt(max(left, 0.0))
        y0 = (u[0] + na) * a2 + u[1] * b2
        for nb in range(_first(y0, half, b2), _last(y0, half, b2) + 1):
            y = y0 + nb * b2
            reach = math.sqrt(max(left - y * y, 0.0))
            z0 = (u[0] + na) * a3 + (u[1] + nb) * b3 + u[2] * c3
            found += max(_last(z0, reach, c3) - _first(z0, reach, c3) + 1, 0)
    return found


@numba.njit(cache=True, nogil=True)
def _write_images(
    cell: np.ndarray,
    u: np.ndarray,
    radius: float,
    same: bool,
    start: int,
    mirror: int,
    image: np.ndarray,
    distance: np.ndarray,
) -> None:
    """Write from `start` on in ascending images and, where `mirror` >= 0, the opposite edges from there down.

    `same`: the two atoms are one, whose image (0, 0, 0) is no neighbour.
    """
    a1, a2, a3, b2, b3, c3 = cell
    at = 0
    for na in range(_first(u[0] * a1, radius, a1), _last(u[0] * a1, radius, a1) + 1):
        x = (u[0] + na) * a1
        left = radius * radius - x * x
        half = math.sqrt(max(left, 0.0))
        y0 = (u[0] + na) * a2 + u[1] * b2
        for nb in range(_first(y0, half, b2), _last(y0, half, b2) + 1):
            y = y0 + nb * b2
            reach = math.sqrt(max(left - y * y, 0.0))
            z0 = (u[0] + na) * a3 + (u[1] + nb) * b3 + u[2] * c3
            for nc in range(_first(z0, reach, c3), _last(z0, reach, c3) + 1):
                if same and na == 0 and nb == 0 and nc == 0:
                    continue
                z = z0 + nc * c3
                far = math.sqrt(x * x + y * y + z * z)
                e = start + at
                image[e, 0], image[e, 1], image[e, 2] = na, nb, nc
                distance[e] = far
                if mirror >= 0:
                    e = mirror - at
                    image[e, 0], image[e, 1], image[e, 2] = -na, -nb, -nc
                    distance[e] = far
                at += 1


@numba.njit(cache=True, nogil=True)
def _difference(frac: np.ndarray, sender: int, receiver: int, u: np.ndarray) -> None:
    for k in range(3):
        u[k] = frac[sender, k] - frac[receiver, k]


@numba.njit(cache=True, nogil=True)
def count_pairs(
    first: int,
    last: int,
    frac: np.ndarray,
    offsets: np.ndarray,
    pair_offsets: np.ndarray,
    cells: np.ndarray,
    radii: np.ndarray,
    symmetric: bool,
    counts: np.ndarray,
) -> None:
    """Edges of every ordered pair of atoms of crystals first:last into counts [sum of N^2], receiver-major.

    Args:
        radii: of each receiver [A]; symmetric takes the larger one of a pair.
    """
    u = np.empty(3)
    for m in range(first, last):
        begin, n = offsets[m], offsets[m + 1] - offsets[m]
        block = pair_offsets[m]
        for i in range(n):
            for j in range(i, n):
                _difference(frac, begin + j, begin + i, u)
                here, there = float(radii[begin + i]), float(radii[begin + j])
                if symmetric:
                    here = there = max(here, there)
                found = _count_images(cells[m], u, here)
                counts[block + i * n + j] = found - 1 if i == j else found
                if i != j and here != there:
                    u[0], u[1], u[2] = -u[0], -u[1], -u[2]
                    found = _count_images(cells[m], u, there)
                if i != j:
                    counts[block + j * n + i] = found


@numba.njit(cache=True, nogil=True)
def write_pairs(
    first: int,
    last: int,
    frac: np.ndarray,
    offsets: np.ndarray,
    pair_offsets: np.ndarray,
    cells: np.ndarray,
    radii: np.ndarray,
    symmetric: bool,
    starts: np.ndarray,
    sender: np.ndarray,
    receiver: np.ndarray,
    image: np.ndarray,
    distance: np.ndarray,
) -> None:
    """Edges of crystals first:last to where `starts` [sum of N^2 + 1], the running sum of `counts`, says."""
    u = np.empty(3)
    for m in range(first, last):
        begin, n = offsets[m], offsets[m + 1] - offsets[m]
        block = pair_offsets[m]
        for i in range(n):
            for j in range(n):
                pair = block + i * n + j
                for e in range(starts[pair], starts[pair + 1]):
                    sender[e], receiver[e] = begin + j, begin + i
                here, there = float(radii[begin + i]), float(radii[begin + j])
                if symmetric:
                    here = there = max(here, there)
                mirrored = here == there
                if j < i and mirrored:
                    continue
                _difference(frac, begin + j, begin + i, u)
                mirror = int(starts[block + j * n + i + 1]) - 1 if mirrored and i != j else -1
                _write_images(cells[m], u, here, i == j, int(starts[pair]), mirror, image, distance)


@numba.njit(cache=True, nogil=True)
def nearest_distance(
    frac: np.ndarray, first: int, last: int, receiver: int, cell: np.ndarray, bound: float
) -> float:
    """Distance from an atom to its nearest neighbour, known to lie within `bound` (its own nearest image)."""
    u = np.empty(3)
    best = bound
    for j in range(first, last):
        _difference(frac, j, receiver, u)
        found = _count_images(cell, u, best)
        if found == 0 or (j == receiver and found == 1):
            continue
        found = found - 1 if j == receiver else found
        image, distance = np.empty((found, 3), np.int64), np.empty(found)
        _write_images(cell, u, best, j == receiver, 0, -1, image, distance)
        best = min(best, distance.min())
    return best
