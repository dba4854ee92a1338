"""Lattice parameters and lattice vectors."""

from __future__ import annotations

import numpy as np


def lattice_matrices(lengths_M3: np.ndarray, angles_M3: np.ndarray) -> np.ndarray:
    """Lattice vectors as rows, float64 [M, 3, 3] in angstrom: c along z, a in the x-z plane (as pymatgen).

    Args:
        angles_M3: alpha (b, c), beta (a, c), gamma (a, b) in degrees.
    """
    a, b, c = np.moveaxis(np.asarray(lengths_M3, np.float64), -1, 0)
    alpha, beta, gamma = np.moveaxis(np.deg2rad(np.asarray(angles_M3, np.float64)), -1, 0)
    # Angle between a and b seen along c; rounding can carry the cosine of a valid cell past 1.
    cosine = (np.cos(alpha) * np.cos(beta) - np.cos(gamma)) / (np.sin(alpha) * np.sin(beta))
    star = np.arccos(np.clip(cosine, -1.0, 1.0))
    zero = np.zeros_like(a)
    rows = [
        np.stack([a * np.sin(beta), zero, a * np.cos(beta)], axis=-1),
        np.stack(
            [-b * np.sin(alpha) * np.cos(star), b * np.sin(alpha) * np.sin(star), b * np.cos(alpha)], axis=-1
        ),
        np.stack([zero, zero, c], axis=-1),
    ]
    return np.stack(rows, axis=-2)
