"""MatText's hypothetical potential: an energy that is composition alone, geometry alone, or in between."""

from __future__ import annotations

import math

import numpy as np

from ....shared.errors import InputError
from ..crystals.crystals import Crystals
from ..neighbors.neighbor_list import neighbor_list

SIGMA = 2.0
"""Angstrom where two atoms neither attract nor repel: the sum is least near usual bond lengths."""
_CUTOFF, _CLOSEST = 6.0, 0.8
"""Angstrom; and the part of sigma below which a pair counts as that near, so that no energy is endless."""


def hypothetical_potential(crystals: Crystals, alpha: float) -> np.ndarray:
    """alpha * composition + (1 - alpha) * geometry, float64 [M], both with mean 0 and deviation 1 over these.

    MatText's probe for what a model reads, with both parts as free of units as `alpha` is: `composition` is
    the mean Mendeleev number of the atoms, `geometry` the mean Lennard-Jones energy of an atom with all its
    periodic neighbours, the same for every element.

    Raises:
        InputError: alpha is not in 0-1.
    """
    return HypotheticalPotential(crystals, alpha)(crystals)


class HypotheticalPotential:
    """The potential with the means and deviations of the crystals it was made with, for others as well."""

    def __init__(self, crystals: Crystals, alpha: float) -> None:
        if not (math.isfinite(alpha) and 0 <= alpha <= 1):
            raise InputError("alpha", f"is {alpha}", expected="a number in 0-1")
        self.alpha = alpha
        parts = [composition_part(crystals), geometry_part(crystals)]
        self.means = [float(part.mean()) for part in parts]
        self.deviations = [float(part.std()) or 1.0 for part in parts]

    def __call__(self, crystals: Crystals) -> np.ndarray:
        """Energies of these crystals, float64 [M]."""
        parts = zip(
            (self.alpha, 1 - self.alpha),
            (composition_part(crystals), geometry_part(crystals)),
            self.means,
            self.deviations,
            strict=True,
        )
        return sum((w * (part - mean) / scale for w, part, mean, scale in parts), np.zeros(len(crystals)))


def composition_part(crystals: Crystals) -> np.ndarray:
    """Mean Mendeleev number of the atoms (Pettifor's order of the elements), float64 [M]."""
    from pymatgen.core import Element

    table = np.array([0.0, *(Element.from_Z(z).mendeleev_no for z in range(1, 101))])
    return _mean_over_atoms(table[crystals.numbers], crystals)


def geometry_part(crystals: Crystals) -> np.ndarray:
    """Mean Lennard-Jones energy of an atom, half of each pair's, all elements alike, float64 [M]."""
    found = neighbor_list(crystals, _CUTOFF)
    ratio = (SIGMA / np.maximum(found.distance, _CLOSEST * SIGMA)) ** 6
    pairs = 4.0 * (ratio**2 - ratio)
    return _mean_over_atoms(0.5 * np.bincount(found.receiver, pairs, len(crystals.numbers)), crystals)


def _mean_over_atoms(values: np.ndarray, crystals: Crystals) -> np.ndarray:
    return np.add.reduceat(values, crystals.offsets[:-1]) / crystals.counts
