"""Densities of crystals."""

from __future__ import annotations

from functools import cache

import numpy as np

from .crystals.crystals import Crystals
from .crystals.elements import SYMBOLS

DALTON_PER_CUBIC_ANGSTROM = 1.66053906660
"""In gram per cubic centimetre (CODATA 2018)."""


def densities(crystals: Crystals) -> np.ndarray:
    """Gram per cubic centimetre, float64 [M]."""
    masses = np.add.reduceat(_masses()[crystals.numbers - 1], crystals.offsets[:-1])
    return masses / crystals.volumes() * DALTON_PER_CUBIC_ANGSTROM


@cache
def _masses() -> np.ndarray:
    """Dalton, by atomic number less one."""
    from pymatgen.core import Element

    return np.array([float(Element(symbol).atomic_mass) for symbol in SYMBOLS])
