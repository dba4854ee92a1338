"""Groups of like crystals and what is new among them."""

import numpy as np
import pytest
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.crystals.structures import crystals_of
from fourfold.domains.materials.metrics.novelty import distinct_formulas, groups, novel, novel_formulas
from pymatgen.core import Lattice, Structure


def cell(symbols: str, length: float, stretch: float = 1.0) -> Structure:
    lattice = Lattice.orthorhombic(length, length, length * stretch)
    return Structure(lattice, symbols.split(), [[0, 0, 0], [0.5, 0.5, 0.5]])


@pytest.fixture(scope="module")
def crystals() -> Crystals:
    doubled = cell("Cs Cl", 4.1)
    doubled.make_supercell([2, 1, 1])
    return crystals_of(
        [cell("Cs Cl", 4.1), cell("Cs Br", 4.3), doubled, cell("Cs Cl", 4.0), cell("Cs Cl", 4.1, 2.5)],
        ids="abcde",
    )


def test_supercells_and_scaled_cells_are_one_and_other_structures_are_not(crystals):
    assert groups(crystals).tolist() == [0, 1, 0, 0, 2]


def test_what_is_known_is_not_new(crystals):
    assert novel(crystals, crystals.take([0])).tolist() == [False, True, False, False, True]
    assert not novel(crystals, crystals).any()


def test_what_cannot_stand_is_alone_and_never_new(crystals):
    flat = Crystals(
        np.zeros((2, 3)),
        np.array([55, 17], np.int32),
        np.array([[4.0, 4, 4]]),
        np.full((1, 3), 90.0),
        np.array([0, 2]),
        ("f",),
    )
    assert not novel(flat, crystals).any()
    twice = Crystals(
        np.zeros((4, 3)),
        np.array([55, 17] * 2, np.int32),
        np.full((2, 3), 4.0),
        np.full((2, 3), 90.0),
        np.array([0, 2, 4]),
        ("f", "g"),
    )
    assert groups(twice).tolist() == [0, 1]


def test_shares_of_formulas(crystals):
    assert distinct_formulas(crystals) == pytest.approx(2 / 5)
    assert novel_formulas(crystals, crystals.take([0])) == pytest.approx(1 / 5)
    assert novel_formulas(crystals.take([]), crystals) == 0.0
