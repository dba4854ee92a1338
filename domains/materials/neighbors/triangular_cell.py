"""A cell seen from its own axes, so that the images inside a sphere can be counted one axis at a time.

Compiled, as of a few crystals a call of NumPy takes longer than the work.
"""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True, error_model="numpy")
def triangular_cells(matrices_M33: np.ndarray) -> np.ndarray:
    """Lattices in the frame e3 along c, e2 in the plane of b and c, e1 across it: float64 [M, 6].

    There a = (a1, a2, a3), b = (0, b2, b3) and c = (0, 0, c3) with a1, b2, c3 > 0; columns are a1, a2, a3,
    b2, b3, c3 in angstrom. An image n of a fractional difference u then lies within a radius where first
    |(u_a + n_a) a1|, then the part along e2, then that along e3 stays inside what is left of the sphere:
    three nested intervals, exact for every shape of cell (enumeration of Fincke and Pohst, 1985).

    Args:
        matrices_M33: float64, lattice vectors as rows.
    """
    cells = np.empty((len(matrices_M33), 6))
    for m in range(len(matrices_M33)):
        a, b, c = matrices_M33[m, 0], matrices_M33[m, 1], matrices_M33[m, 2]
        across = _cross(b, c)
        area, length = _norm(across), _norm(c)
        e1, e3 = across / area, c / length
        e2 = _cross(e3, e1)
        cells[m, 0] = abs(_dot(a, e1))
        cells[m, 1], cells[m, 2] = _dot(a, e2), _dot(a, e3)
        cells[m, 3], cells[m, 4], cells[m, 5] = area / length, _dot(b, e3), length
    return cells


@numba.njit(cache=True, nogil=True, error_model="numpy")
def plane_distances(matrices_M33: np.ndarray) -> np.ndarray:
    """Distances between neighbouring lattice planes across a, b and c in angstrom, float64 [M, 3]."""
    distances = np.empty((len(matrices_M33), 3))
    for m in range(len(matrices_M33)):
        volume = cell_volume(matrices_M33[m])
        for k in range(3):
            across = _cross(matrices_M33[m, (k + 1) % 3], matrices_M33[m, (k + 2) % 3])
            distances[m, k] = volume / _norm(across)
    return distances


@numba.njit(cache=True, nogil=True)
def cell_volume(matrix_33: np.ndarray) -> float:
    """Cubic angstrom of a cell; NaN where a vector is not finite."""
    return abs(_dot(matrix_33[0], _cross(matrix_33[1], matrix_33[2])))


@numba.njit(cache=True, nogil=True)
def _cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.array([u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]])


@numba.njit(cache=True, nogil=True)
def _dot(u: np.ndarray, v: np.ndarray) -> float:
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


@numba.njit(cache=True, nogil=True)
def _norm(u: np.ndarray) -> float:
    return np.sqrt(_dot(u, u))
