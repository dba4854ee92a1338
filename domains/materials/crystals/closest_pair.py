"""The two nearest atoms of each crystal, if they are nearer than a bound: overlapping atoms."""

from __future__ import annotations

import numpy as np
from numba import njit

from .crystals import Crystals


def closest_pairs(crystals: Crystals, cutoff: float) -> tuple[np.ndarray, np.ndarray]:
    """The nearest pair of atoms of each crystal, periodic images included, if nearer than `cutoff`.

    Every image that can be so near is looked at, however oblique the cell: along each axis those whose
    fractional difference is at most cutoff times the length of the reciprocal vector.

    Args:
        cutoff: angstrom.

    Returns:
        The two atoms, counted within their crystal, int64 [M, 2], and their distance in angstrom [M]:
        infinite where no two atoms are nearer than `cutoff`.
    """
    matrices = crystals.matrices()
    reciprocal = np.linalg.norm(np.linalg.inv(matrices), axis=1)
    pairs = np.zeros((len(crystals), 2), np.int64)
    distances = np.full(len(crystals), np.inf)
    _closest(crystals.frac, crystals.offsets, matrices, reciprocal, cutoff, pairs, distances)
    return pairs, distances


@njit(cache=True)
def _closest(
    frac: np.ndarray,
    offsets: np.ndarray,
    matrices: np.ndarray,
    reciprocal: np.ndarray,
    cutoff: float,
    pairs: np.ndarray,
    distances: np.ndarray,
) -> None:
    low, high = np.empty(3, np.int64), np.empty(3, np.int64)
    for m in range(len(offsets) - 1):
        nearest = cutoff * cutoff
        cell = matrices[m]
        for i in range(offsets[m], offsets[m + 1]):
            for j in range(i, offsets[m + 1]):
                for axis in range(3):
                    reach = cutoff * reciprocal[m, axis]
                    apart = frac[j, axis] - frac[i, axis]
                    low[axis], high[axis] = np.ceil(-reach - apart), np.floor(reach - apart)
                for a in range(low[0], high[0] + 1):
                    for b in range(low[1], high[1] + 1):
                        for c in range(low[2], high[2] + 1):
                            if i == j and a == 0 and b == 0 and c == 0:
                                continue
                            x = frac[j, 0] - frac[i, 0] + a
                            y = frac[j, 1] - frac[i, 1] + b
                            z = frac[j, 2] - frac[i, 2] + c
                            square = 0.0
                            for k in range(3):
                                part = x * cell[0, k] + y * cell[1, k] + z * cell[2, k]
                                square += part * part
                            if square < nearest:
                                nearest = square
                                pairs[m, 0], pairs[m, 1] = i - offsets[m], j - offsets[m]
                                distances[m] = np.sqrt(square)
