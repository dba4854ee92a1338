"""Could a structure stand: atoms apart from each other, a cell that has a volume."""

from __future__ import annotations

import numpy as np

from ..crystals.crystals import Crystals
from .composition_validity import compositional_validity
from .nearest_distance import nearest_distances

NEAREST_ANGSTROM = 0.5
SMALLEST_VOLUME = 0.1
"""Cubic angstrom. Both bounds are those of CDVAE's evaluation (Xie et al., ICLR 2022)."""


def structural_validity(
    crystals: Crystals, nearest: float = NEAREST_ANGSTROM, volume: float = SMALLEST_VOLUME
) -> np.ndarray:
    """Which crystals have all atoms further apart than `nearest` angstrom and at least this volume, bool [M].

    Stricter than upstream in one thing: the distance of an atom to its own periodic images counts too.
    A cell or coordinate that is not finite is not valid.
    """
    with np.errstate(all="ignore"):
        volumes = crystals.volumes()
        distances = nearest_distances(crystals)
        return np.isfinite(volumes) & (volumes >= volume) & (distances > nearest)


def validity(crystals: Crystals) -> np.ndarray:
    """Which crystals are valid in structure and in composition, bool [M]."""
    return structural_validity(crystals) & compositional_validity(crystals)
