"""Atoms that a flow brings too near to each other are drawn apart while it goes on."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

GAIN = 0.5
"""Share of the missing distance that one call makes good; the decoder has its say between calls."""
_LEAST_VOLUME = 1e-3
"""Cubic angstrom. A flatter cell has no distances worth mending."""


@njit(cache=True, nogil=True)
def draw_apart(frac_BN3: np.ndarray, matrices_B33: np.ndarray, counts_B: np.ndarray, least: float) -> None:
    """Move atoms nearer than `least` angstrom away from each other along the line between them, in place.

    Each pair moves by GAIN of what it lacks, half of it each atom. The nearest image is looked for among the
    27 around; an atom's own images depend on the cell alone and stay.

    Args:
        frac_BN3: fractional coordinates, float64, the first `counts_B` atoms of each crystal.
        matrices_B33: lattice vectors as rows, angstrom.
    """
    for b in range(len(counts_B)):
        cell = matrices_B33[b]
        volume = abs(np.linalg.det(cell))
        if not volume > _LEAST_VOLUME or not math.isfinite(volume):
            continue
        inverse, count = np.linalg.inv(cell), counts_B[b]
        move = np.zeros((count, 3))
        for i in range(count):
            for j in range(i + 1, count):
                _push(frac_BN3[b, i], frac_BN3[b, j], cell, least, move[i], move[j])
        for i in range(count):
            for x in range(3):
                for y in range(3):
                    frac_BN3[b, i, x] += move[i, y] * inverse[y, x]


@njit(cache=True, nogil=True)
def _push(
    one: np.ndarray, other: np.ndarray, cell: np.ndarray, least: float, move: np.ndarray, back: np.ndarray
) -> None:
    """Add to the moves of two atoms, in angstrom, what draws them apart."""
    apart = one - other
    apart -= np.round(apart)
    best, shortest = np.zeros(3), math.inf
    for a in range(-1, 2):
        for b in range(-1, 2):
            for c in range(-1, 2):
                x = (apart[0] + a) * cell[0, 0] + (apart[1] + b) * cell[1, 0] + (apart[2] + c) * cell[2, 0]
                y = (apart[0] + a) * cell[0, 1] + (apart[1] + b) * cell[1, 1] + (apart[2] + c) * cell[2, 1]
                z = (apart[0] + a) * cell[0, 2] + (apart[1] + b) * cell[1, 2] + (apart[2] + c) * cell[2, 2]
                square = x * x + y * y + z * z
                if square < shortest:
                    shortest, best[0], best[1], best[2] = square, x, y, z
    distance = math.sqrt(shortest)
    if distance >= least:
        return
    if distance < 1e-6:  # on one spot: any way is as good, along the first edge as any
        best[:] = cell[0] / np.linalg.norm(cell[0])
        distance = 1.0
        share = GAIN * least / 2
    else:
        share = GAIN * (least - distance) / 2
    for x in range(3):
        move[x] += share * best[x] / distance
        back[x] -= share * best[x] / distance
