"""Which cells new crystals may have: lengths and angles between bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...shared.errors import InputError

LENGTHS = (1.5, 100.0)
"""Angstrom; hardly a bond is shorter."""
ANGLES = (20.0, 160.0)
"""Degrees."""
LEAST_SQUARED_VOLUME = 0.005
"""Of the cell with unit edges: a rhombohedron with angles of 18 degrees; reduced cells have 0.5 or more."""
ATOM_VOLUME = 2.5
"""Cubic angstrom for each atom at least; diamond has 5.7, the densest hydrides about 3."""


@dataclass(frozen=True)
class LatticeBounds:
    """Lower and upper bound of all three lengths in angstrom, and of all three angles in degrees.

    Raises:
        InputError: no pair of numbers within what a cell can have, or no cell fits between them.
    """

    lengths: tuple[float, float] = LENGTHS
    angles: tuple[float, float] = ANGLES

    def __post_init__(self) -> None:
        object.__setattr__(self, "lengths", _pair("lengths", self.lengths, LENGTHS, "angstrom"))
        object.__setattr__(self, "angles", _pair("angles", self.angles, ANGLES, "degrees"))
        if self._unit_volume_squared() < LEAST_SQUARED_VOLUME:
            raise InputError(
                "angles",
                f"three from {self.angles[0]:g} to {self.angles[1]:g} degrees close no cell",
                expected="a range that comes nearer to 90",
            )

    @property
    def straightest(self) -> float:
        """The angle nearest to 90 degrees: the cell that has it three times is the largest."""
        return min(max(90.0, self.angles[0]), self.angles[1])

    def most_atoms(self) -> int:
        """How many atoms find room in the largest cell."""
        volume = self.lengths[1] ** 3 * math.sqrt(self._unit_volume_squared())
        return int(volume * (1 + 1e-9) / ATOM_VOLUME)

    def require_room(self, atoms: int, where: str | None = None) -> None:
        """Refuse cells that cannot hold so many atoms.

        Args:
            where: the crystal's name.

        Raises:
            InputError: the largest cell is too small.
        """
        if atoms > self.most_atoms():
            held = "1 atom" if atoms == 1 else f"{atoms} atoms"
            raise InputError(
                "lengths",
                f"up to {self.lengths[1]:g} angstrom with these angles leave no room for {held}",
                where=where,
                expected=f"{ATOM_VOLUME:g} cubic angstrom an atom at least",
                remedy="Raise the upper length",
            )

    def clipped(self, lengths_M3: np.ndarray, angles_M3: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What rounding may have put beyond a bound, on it; float64."""
        return np.clip(lengths_M3, *self.lengths), np.clip(angles_M3, *self.angles)

    def _unit_volume_squared(self) -> float:
        """Of the straightest cell with edges of length 1."""
        cosine = math.cos(math.radians(self.straightest))
        return 1 - 3 * cosine**2 + 2 * cosine**3


def _pair(name: str, given: Any, widest: tuple[float, float], unit: str) -> tuple[float, float]:
    """Two finite numbers, the lower first, no wider than `widest`."""
    expected = f"two numbers from {widest[0]:g} to {widest[1]:g} {unit}, the lower first"
    try:
        low, high = (float(value) for value in given if not isinstance(value, bool | str))
    except (TypeError, ValueError):
        raise InputError(name, f"is {given!r}", expected=expected) from None
    if not widest[0] <= low <= high <= widest[1]:  # nor where one is no number
        raise InputError(name, f"is {low:g} to {high:g}", expected=expected)
    return low, high
