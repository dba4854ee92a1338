"""A cell seen from its own axes, so that the images inside a sphere can be counted one axis at a time."""

from __future__ import annotations

import numpy as np


def triangular_cells(matrices_M33: np.ndarray) -> np.ndarray:
    """Lattices in the frame e3 along c, e2 in the plane of b and c, e1 across it: float64 [M, 6].

    There a = (a1, a2, a3), b = (0, b2, b3) and c = (0, 0, c3) with a1, b2, c3 > 0; columns are a1, a2, a3,
    b2, b3, c3 in angstrom. An image n of a fractional difference u then lies within a radius where first
    |(u_a + n_a) a1|, then the part along e2, then that along e3 stays inside what is left of the sphere:
    three nested intervals, exact for every shape of cell (enumeration of Fincke and Pohst, 1985).
    """
    a, b, c = np.moveaxis(np.asarray(matrices_M33, np.float64), -2, 0)
    across = np.cross(b, c)
    area = np.linalg.norm(across, axis=-1)
    length = np.linalg.norm(c, axis=-1)
    e1, e3 = across / area[:, None], c / length[:, None]
    e2 = np.cross(e3, e1)
    columns = [
        abs((a * e1).sum(-1)),
        (a * e2).sum(-1),
        (a * e3).sum(-1),
        area / length,
        (b * e3).sum(-1),
        length,
    ]
    return np.stack(columns, axis=-1)


def plane_distances(matrices_M33: np.ndarray) -> np.ndarray:
    """Distances between neighbouring lattice planes across a, b and c in angstrom, float64 [M, 3]."""
    inverse = np.linalg.inv(np.asarray(matrices_M33, np.float64))
    return 1.0 / np.linalg.norm(inverse, axis=-2)
