"""Sums over packed arrays, compiled: of a few crystals a call of NumPy takes longer than the work."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def running_sums(counts: np.ndarray) -> np.ndarray:
    """0 and the sums of the first 1, 2, ... counts, int64 [N + 1]."""
    sums = np.empty(len(counts) + 1, np.int64)
    sums[0] = 0
    for i in range(len(counts)):
        sums[i + 1] = sums[i] + counts[i]
    return sums


@numba.njit(cache=True, nogil=True)
def pair_offsets(offsets: np.ndarray) -> np.ndarray:
    """Where the ordered pairs of atoms of each crystal begin, int64 [M + 1]."""
    pairs = np.empty(len(offsets), np.int64)
    pairs[0] = 0
    for m in range(len(offsets) - 1):
        pairs[m + 1] = pairs[m] + (offsets[m + 1] - offsets[m]) ** 2
    return pairs


@numba.njit(cache=True, nogil=True)
def receiver_sums(counts: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Sums of pair counts over the senders, receivers in order, int64 [A]."""
    sums = np.zeros(offsets[-1], np.int64)
    at = 0
    for m in range(len(offsets) - 1):
        atoms = offsets[m + 1] - offsets[m]
        for receiver in range(offsets[m], offsets[m + 1]):
            for _ in range(atoms):
                sums[receiver] += counts[at]
                at += 1
    return sums
