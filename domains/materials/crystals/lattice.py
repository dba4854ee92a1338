"""Lattice parameters and lattice vectors."""

from __future__ import annotations

import numpy as np


def lattice_matrices(lengths_M3: np.ndarray, angles_M3: np.ndarray) -> np.ndarray:
    """Lattice vectors as rows, float64 [M, 3, 3] in angstrom: c along z, a in the x-z plane (as pymatgen).

    Args:
        angles_M3: alpha (b, c), beta (a, c), gamma (a, b) in degrees.
    """
    lengths, angles = np.asarray(lengths_M3, np.float64), np.deg2rad(np.asarray(angles_M3, np.float64))
    a, b, c = lengths[..., 0], lengths[..., 1], lengths[..., 2]
    cosine, sine = np.cos(angles), np.sin(angles)
    # Angle between a and b seen along c; rounding can carry the cosine of a valid cell past 1.
    seen = (cosine[..., 0] * cosine[..., 1] - cosine[..., 2]) / (sine[..., 0] * sine[..., 1])
    star = np.arccos(np.clip(seen, -1.0, 1.0))
    matrices = np.zeros((*lengths.shape, 3))
    matrices[..., 0, 0], matrices[..., 0, 2] = a * sine[..., 1], a * cosine[..., 1]
    across = b * sine[..., 0]
    matrices[..., 1, 0], matrices[..., 1, 1] = -across * np.cos(star), across * np.sin(star)
    matrices[..., 1, 2], matrices[..., 2, 2] = b * cosine[..., 0], c
    return matrices
