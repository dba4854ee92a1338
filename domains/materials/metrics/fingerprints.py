"""Structure and composition of crystals side by side, as vectors to measure distances in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..crystals.crystals import Crystals
from . import composition_fingerprint, structure_fingerprint
from .structural_validity import validity

LIGHT = "light: neighbour shells and bond orders; statistics of pymatgen's element data"
"""What these fingerprints are, for a report."""


@dataclass(frozen=True)
class Fingerprints:
    """Vectors of M crystals; NaN in the rows of those that have none."""

    structure: np.ndarray
    """float64 [M, S]."""
    composition: np.ndarray
    """float64 [M, C], in the units of the element data; NaN where these know nothing of an element."""
    definition: str = LIGHT
    least_spread: np.ndarray | None = None
    """A standard deviation [C] below which a composition column is not stretched further; None: no bound."""

    def __len__(self) -> int:
        return len(self.structure)

    @property
    def known(self) -> np.ndarray:
        """Crystals that have a fingerprint, bool [M]."""
        there = np.isfinite(self.structure).all(axis=1)
        return np.asarray(there & np.isfinite(self.composition).any(axis=1))


def fingerprints(crystals: Crystals) -> Fingerprints:
    """This package's own fingerprints, in numpy and numba alone. Crystals that are not valid have none.

    Stricter than CDVAE's coverage, which asks for no validity: so are the cutoffs calibrated.
    """
    rows = np.flatnonzero(validity(crystals))
    structure = np.full((len(crystals), structure_fingerprint.COLUMNS), np.nan)
    composition = np.full((len(crystals), composition_fingerprint.COLUMNS), np.nan)
    valid = crystals.take(rows)
    structure[rows] = structure_fingerprint.structure_fingerprints(valid)
    composition[rows] = composition_fingerprint.composition_fingerprints(valid)
    # A column that hardly varies in the reference would otherwise count its rounding for much.
    return Fingerprints(structure, composition, LIGHT, 0.05 * composition_fingerprint.composition_spread())
