"""How much of each element of the cell lies at each distance: what the light encoder sees of a crystal."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ..crystals.crystals import Crystals

CHUNK = 1024
"""Crystals in single precision at a time: numba knows no half precision."""


def radial_densities(crystals: Crystals, cutoff: float, shells: int) -> tuple[np.ndarray, np.ndarray]:
    """For each ordered pair of atoms of a cell, soft counts of j's images around i at each distance.

    Distances are smeared by a Gaussian as wide as the spacing of the shells, divided by their square
    (so that all shells weigh alike) and faded out towards the cutoff. All images count, in any cell.

    Args:
        cutoff: angstrom. `shells`: evenly spaced from 0 to the cutoff.

    Returns:
        float16 [sum of counts squared, shells] and where each crystal's pairs begin, int64 [M + 1].
    """
    starts = np.concatenate([[0], np.cumsum(crystals.counts**2)]).astype(np.int64)
    out = np.zeros((starts[-1], shells), np.float16)
    matrices = np.ascontiguousarray(crystals.matrices())
    frac = np.ascontiguousarray(crystals.frac)
    for first in range(0, len(crystals), CHUNK):
        last = min(first + CHUNK, len(crystals))
        part = np.zeros((starts[last] - starts[first], shells), np.float32)
        _fill(frac, matrices[first:last], crystals.offsets[first : last + 1], cutoff, part)
        out[starts[first] : starts[last]] = part
    return out, starts


@njit(cache=True)
def _fill(
    frac: np.ndarray, matrices: np.ndarray, offsets: np.ndarray, cutoff: float, out: np.ndarray
) -> None:
    width = cutoff / (out.shape[1] - 1)
    reach = np.empty(3)
    row = 0
    for m in range(len(offsets) - 1):
        lattice = matrices[m]
        inverse = np.linalg.inv(lattice)
        for k in range(3):
            # Planes of axis k are 1 / |column k of the inverse| apart: no farther image can be within reach.
            reach[k] = cutoff * math.sqrt(inverse[0, k] ** 2 + inverse[1, k] ** 2 + inverse[2, k] ** 2)
        first, count = offsets[m], offsets[m + 1] - offsets[m]
        for i in range(count):
            for j in range(count):
                shift = frac[first + j] - frac[first + i]
                _pair(shift, lattice, reach, cutoff, width, i == j, out[row])
                row += 1


@njit(cache=True)
def _pair(
    shift: np.ndarray,
    lattice: np.ndarray,
    reach: np.ndarray,
    cutoff: float,
    width: float,
    same: bool,
    density: np.ndarray,
) -> None:
    low = np.ceil(-reach - shift).astype(np.int64)
    high = np.floor(reach - shift).astype(np.int64)
    for a in range(low[0], high[0] + 1):
        for b in range(low[1], high[1] + 1):
            for c in range(low[2], high[2] + 1):
                if same and a == 0 and b == 0 and c == 0:
                    continue
                u, v, w = shift[0] + a, shift[1] + b, shift[2] + c
                square = 0.0
                for k in range(3):
                    square += (u * lattice[0, k] + v * lattice[1, k] + w * lattice[2, k]) ** 2
                distance = math.sqrt(square)
                if distance >= cutoff:
                    continue
                fade = 0.5 * (1.0 + math.cos(math.pi * distance / cutoff))
                weight = 4.0 * fade / max(square, 0.25)
                at = distance / width
                # Beyond four widths a Gaussian is below 1e-3 of its height.
                for k in range(max(int(at) - 3, 0), min(int(at) + 5, len(density))):
                    density[k] += weight * math.exp(-0.5 * (k - at) ** 2)
