"""Which pairs of crystals cannot match, told from arrays: StructureMatcher sees only the others.

Nothing here can lose a match. Two structures that match have the same reduced formula, as many sites in their
primitive cells, and cells of one volume of which the vectors of one lie near those of the other. Density says
nothing: the matcher brings both cells to one volume first.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ..crystals.crystals import Crystals
from ..crystals.structures import structures_of
from .composition_validity import reduced_counts
from .nearest_distance import reduced_cell
from .tolerances import Tolerances

if TYPE_CHECKING:
    from pymatgen.core import Structure

Formula: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]

_ROUNDING = 1e-6


class PrimitiveCells:
    """Crystals reduced as StructureMatcher reduces them, one by one and only once asked for."""

    def __init__(self, crystals: Crystals) -> None:
        self.crystals = crystals
        self._structures: dict[int, Structure] = {}
        self._reduced: dict[int, Structure | None] = {}
        self._shapes: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def __len__(self) -> int:
        return len(self.crystals)

    @cached_property
    def formulas(self) -> list[Formula]:
        """Elements and atoms of each in a formula unit, of every crystal."""
        return formulas(self.crystals)

    @cached_property
    def rows(self) -> dict[Formula, list[int]]:
        """The crystals of each formula."""
        found: dict[Formula, list[int]] = defaultdict(list)
        for row, formula in enumerate(self.formulas):
            found[formula].append(row)
        return dict(found)

    def structure(self, row: int) -> Structure:
        """The crystal as it is."""
        if row not in self._structures:
            self._structures[row] = structures_of(self.crystals.take([row]))[0]
        return self._structures[row]

    def reduced(self, row: int) -> Structure | None:
        """Its primitive Niggli cell; None where pymatgen finds none: it matches nothing then."""
        if row not in self._reduced:
            try:
                niggli = self.structure(row).get_reduced_structure(reduction_algo="niggli")
                self._reduced[row] = niggli.get_primitive_structure()
            except (ValueError, ArithmeticError):
                self._reduced[row] = None
        return self._reduced[row]

    def shape(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Of the reduced cell at volume 1: the lattice's three successive minima, and a, b, c ascending."""
        if row not in self._shapes:
            cell = self.reduced(row)
            assert cell is not None
            matrix = np.ascontiguousarray(cell.lattice.matrix / np.cbrt(cell.volume))
            minima = np.linalg.norm(reduced_cell(matrix), axis=1)
            self._shapes[row] = (minima, np.sort(np.linalg.norm(matrix, axis=1)))
        return self._shapes[row]


def may_match(
    one: PrimitiveCells, row: int, other: PrimitiveCells, other_row: int, tolerances: Tolerances
) -> bool:
    """Whether StructureMatcher could call crystal `row` of `one` the same as `other_row` of `other`.

    The matcher looks for vectors of the first lattice that are longer than those of the second by at most
    the tolerance. They are independent, so the first lattice's successive minima are at most as long.
    """
    if one.formulas[row] != other.formulas[other_row]:
        return False
    first, second = one.reduced(row), other.reduced(other_row)
    if first is None or second is None or len(first) != len(second):
        return False
    minima, lengths = one.shape(row)[0], other.shape(other_row)[1]
    return bool((minima <= (1 + tolerances.length) * lengths + _ROUNDING).all())


def formulas(crystals: Crystals) -> list[Formula]:
    """Elements (ascending) and atoms of each in a formula unit, of every crystal."""
    found = []
    for start, stop in zip(crystals.offsets[:-1], crystals.offsets[1:], strict=True):
        elements, counts = np.unique(crystals.numbers[start:stop], return_counts=True)
        found.append((tuple(elements.tolist()), reduced_counts(counts)))
    return found
