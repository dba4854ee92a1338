"""What a neighbour search refuses: it would answer with nothing, or never."""

from __future__ import annotations

import math

import numba
import numpy as np

from ....shared.errors import InputError
from .triangular_cell import cell_volume, plane_distances

SMALLEST_VOLUME = 0.1
"""Cubic angstrom."""
MOST_NEIGHBORS = 100_000
"""Of one atom, by density: the densest solids have some 500 within 7 angstrom."""
WIDEST_IMAGE = 32_000
"""Image numbers are stored as int16."""


def check_search(cutoff: float, max_neighbors: int | None) -> None:
    """Refuse a cutoff that is no length and a limit below one.

    Raises:
        InputError: as said.
    """
    if not (math.isfinite(cutoff) and cutoff > 0):
        raise InputError("cutoff", f"{cutoff} is no radius", expected="a length in angstrom above 0")
    if max_neighbors is not None and max_neighbors < 1:
        raise InputError(
            "max_neighbors", f"{max_neighbors} leaves no neighbour", expected="1 or more, or None"
        )


def check_cells(
    frac: np.ndarray,
    offsets: np.ndarray,
    matrices: np.ndarray,
    cutoff: float,
    ids: tuple[str, ...] | None = None,
) -> None:
    """Refuse what is not finite, cells without volume, and cells so small that the list would never end.

    Raises:
        InputError: with the first crystal at fault.
    """
    if _fit(frac, offsets, matrices, cutoff):
        return

    def name(m: int) -> str:
        return f"crystal {m}" if ids is None else f"crystal {m} ({ids[m]})"

    bad = ~np.isfinite(frac).all(axis=-1)
    if bad.any():
        atom = int(bad.argmax())
        m = int(np.searchsorted(offsets, atom, side="right")) - 1
        where = f"{name(m)}, atom {atom - int(offsets[m])}"
        raise InputError("frac", "a coordinate is not finite", where=where)
    with np.errstate(invalid="ignore"):
        volumes = np.abs(np.linalg.det(matrices))
    bad = ~(volumes >= SMALLEST_VOLUME)
    if bad.any():
        m = int(bad.argmax())
        problem = f"the cell has a volume of {volumes[m]:.3g} cubic angstrom"
        raise InputError("lattice", problem, where=name(m), expected=f"at least {SMALLEST_VOLUME}")
    spheres = 4 / 3 * math.pi * cutoff**3 / volumes * np.diff(offsets)
    if (spheres > MOST_NEIGHBORS).any():
        m = int(spheres.argmax())
        problem = f"each atom would have {spheres[m]:.3g} neighbours within {cutoff:g} angstrom"
        raise InputError("cutoff", problem, where=name(m), expected=f"at most {MOST_NEIGHBORS}")
    widest = cutoff / plane_distances(matrices).min(axis=-1) if len(matrices) else np.zeros(0)
    if (widest > WIDEST_IMAGE).any() or (len(frac) > 0 and np.abs(frac).max() > WIDEST_IMAGE / 8):
        m = int(widest.argmax())
        raise InputError(
            "lattice",
            f"image numbers within {cutoff:g} angstrom pass {WIDEST_IMAGE}",
            where=name(m),
            remedy="Reduce the cell (Niggli) and wrap coordinates into it",
        )


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _fit(frac: np.ndarray, offsets: np.ndarray, matrices: np.ndarray, cutoff: float) -> bool:
    """Whether nothing is to be refused: said at once, where the sentences need many calls of NumPy."""
    for atom in range(len(frac)):
        for axis in range(3):
            # A comparison with NaN is false.
            if not abs(frac[atom, axis]) <= WIDEST_IMAGE / 8:
                return False
    distances = plane_distances(matrices)
    for m in range(len(matrices)):
        volume = cell_volume(matrices[m])
        if not volume >= SMALLEST_VOLUME:
            return False
        spheres = 4 / 3 * math.pi * cutoff**3 / volume * (offsets[m + 1] - offsets[m])
        if not spheres <= MOST_NEIGHBORS or not cutoff / distances[m].min() <= WIDEST_IMAGE:
            return False
    return True
