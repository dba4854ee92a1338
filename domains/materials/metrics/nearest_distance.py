"""Shortest distance between two atoms of a crystal, its own images included, exact in any cell."""

from __future__ import annotations

import math

import numba
import numpy as np

from ..crystals.crystals import Crystals

_ROUNDS = 200
"""Swaps of a reduction. It needs a handful; a cell that is flat to rounding could go on for ever."""


def nearest_distances(crystals: Crystals) -> np.ndarray:
    """Shortest interatomic distance of each crystal in angstrom, float64 [M].

    The cell is Minkowski-reduced first (Nguyen and Stehlé, 2004), after which the 27 nearest images are all
    that count, however skewed the cell came in.

    Returns:
        NaN where a cell or a coordinate is not finite or where there is no atom.
    """
    matrices = np.ascontiguousarray(crystals.matrices())
    return _nearest(np.ascontiguousarray(crystals.frac, np.float64), matrices, crystals.offsets)


@numba.njit(cache=True)
def _nearest(frac: np.ndarray, matrices: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    out = np.full(len(matrices), np.nan)
    for m in range(len(matrices)):
        first, last = offsets[m], offsets[m + 1]
        finite = np.isfinite(matrices[m]).all() and np.isfinite(frac[first:last]).all()
        if first == last or not finite:
            continue
        cell = reduced_cell(matrices[m])
        out[m] = math.sqrt(_shortest(_cartesian(frac[first:last], matrices[m]), cell))
    return out


@numba.njit(cache=True)
def _cartesian(frac: np.ndarray, cell: np.ndarray) -> np.ndarray:
    out = np.zeros((len(frac), 3))
    for i in range(len(frac)):
        for k in range(3):
            for x in range(3):
                out[i, x] += frac[i, k] * cell[k, x]
    return out


@numba.njit(cache=True)
def _shortest(cart: np.ndarray, cell: np.ndarray) -> float:
    """Square of the shortest distance; rows of `cell` are a reduced basis, the first the shortest vector."""
    best = cell[0, 0] ** 2 + cell[0, 1] ** 2 + cell[0, 2] ** 2
    inverse = _inverse(cell)
    d = np.empty(3)
    f = np.empty(3)
    for i in range(len(cart)):
        for j in range(i):
            for x in range(3):
                d[x] = cart[i, x] - cart[j, x]
            for k in range(3):
                f[k] = round(d[0] * inverse[0, k] + d[1] * inverse[1, k] + d[2] * inverse[2, k])
            for x in range(3):
                d[x] -= f[0] * cell[0, x] + f[1] * cell[1, x] + f[2] * cell[2, x]
            for a in range(-1, 2):
                for b in range(-1, 2):
                    for c in range(-1, 2):
                        square = 0.0
                        for x in range(3):
                            square += (d[x] + a * cell[0, x] + b * cell[1, x] + c * cell[2, x]) ** 2
                        best = min(best, square)
    return best


@numba.njit(cache=True)
def _inverse(cell: np.ndarray) -> np.ndarray:
    """Inverse of a cell, or zeros for a flat one: differences then stay where they are."""
    out = np.zeros((3, 3))
    for k in range(3):
        out[:, k] = np.cross(cell[(k + 1) % 3], cell[(k + 2) % 3])
    volume = (cell[0] * out[:, 0]).sum()
    longest = math.sqrt((cell**2).sum())
    if abs(volume) <= 1e-12 * longest**3:
        return np.zeros((3, 3))
    return out / volume


@numba.njit(cache=True)
def reduced_cell(matrix: np.ndarray) -> np.ndarray:
    """Minkowski-reduced basis of a lattice, shortest vector first."""
    cell = matrix.copy()
    for _ in range(_ROUNDS):
        _sort(cell)
        before = (cell[2] ** 2).sum()
        _reduce_pair(cell)
        _subtract_nearest(cell)
        if (cell[2] ** 2).sum() >= before * (1 - 1e-12) and (cell[2] ** 2).sum() >= (cell[1] ** 2).sum():
            break
    _sort(cell)
    return cell


@numba.njit(cache=True)
def _sort(cell: np.ndarray) -> None:
    order = np.argsort((cell**2).sum(axis=1))
    cell[:] = cell[order].copy()


@numba.njit(cache=True)
def _reduce_pair(cell: np.ndarray) -> None:
    """Lagrange's reduction of the first two vectors."""
    for _ in range(_ROUNDS):
        length = (cell[0] ** 2).sum()
        if length == 0.0:
            return
        cell[1] -= round((cell[0] * cell[1]).sum() / length) * cell[0]
        if (cell[1] ** 2).sum() >= length * (1 - 1e-12):
            return
        swap = cell[0].copy()
        cell[0] = cell[1]
        cell[1] = swap


@numba.njit(cache=True)
def _subtract_nearest(cell: np.ndarray) -> None:
    """Takes from the third vector the nearest point of the plane lattice of the first two."""
    aa, ab, bb = (cell[0] ** 2).sum(), (cell[0] * cell[1]).sum(), (cell[1] ** 2).sum()
    gram = aa * bb - ab * ab
    if gram <= 1e-12 * aa * bb:
        return
    ac, bc = (cell[0] * cell[2]).sum(), (cell[1] * cell[2]).sum()
    u, v = math.floor((ac * bb - bc * ab) / gram), math.floor((bc * aa - ac * ab) / gram)
    best = cell[2].copy()
    for i in range(-1, 3):
        for j in range(-1, 3):
            candidate = cell[2] - (u + i) * cell[0] - (v + j) * cell[1]
            if (candidate**2).sum() < (best**2).sum() * (1 - 1e-12):
                best = candidate
    cell[2] = best
