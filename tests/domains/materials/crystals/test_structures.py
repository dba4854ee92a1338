"""Structures and Atoms in, Structures out."""

import numpy as np
import pytest
from example_crystals import any_crystals, one_atom, perovskite, salt, same
from fourfold.domains.materials.crystals.structures import crystals_of, structures_of
from fourfold.shared.errors import InputError, InputWarning
from hypothesis import given, settings
from pymatgen.core import Lattice, Species, Structure


class Atoms:
    """What ASE's Atoms answer, without ASE."""

    def __init__(self, numbers, scaled, cell, pbc=(True, True, True), info=None):
        self.numbers, self.scaled, self.cell, self.pbc = numbers, np.array(scaled, float), np.array(cell), pbc
        self.info = info or {}

    def __len__(self):
        return len(self.numbers)

    def get_atomic_numbers(self):
        return np.array(self.numbers)

    def get_scaled_positions(self, wrap=True):
        assert not wrap
        return self.scaled

    def get_cell(self):
        return self.cell

    def get_pbc(self):
        return np.array(self.pbc)


@settings(max_examples=20)
@given(any_crystals())
def test_there_and_back(crystals):
    again = crystals_of(structures_of(crystals))
    assert same(crystals, again, 1e-9)
    np.testing.assert_array_equal(
        crystals.properties["gap"], again.properties.get("gap", np.full(len(again), np.nan))
    )


def test_names_and_properties_travel_with_the_structure():
    first, second = salt(), perovskite()
    first.properties = {"material_id": "mp-22862", "gap": 5.0, "label": "halite", "metal": False}
    crystals = crystals_of([first, second])
    assert crystals.ids == ("mp-22862", "1")
    assert list(crystals.properties) == ["gap"]
    assert crystals.properties["gap"].tolist()[0] == 5.0
    assert np.isnan(crystals.properties["gap"][1])
    back = structures_of(crystals)
    assert back[0].properties == {"material_id": "mp-22862", "gap": 5.0}
    assert back[1].properties == {"material_id": "1"}


def test_a_rotated_cell_gives_the_same_crystal_upright():
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    structure = Structure(
        Lattice(Lattice.from_parameters(4, 5, 6, 70, 80, 95).matrix @ turn),
        ["Fe", "O"],
        [[0, 0, 0], [0.3, 0.4, 0.6]],
    )
    crystals = crystals_of([structure])
    np.testing.assert_allclose(crystals.angles, [[70, 80, 95]])
    back = structures_of(crystals)[0]
    np.testing.assert_allclose(back.distance_matrix, structure.distance_matrix, atol=1e-9)


def handedness(structure, cutoff=5.0):
    """Triple product of the vectors from atom 0 to its three nearest: a mirror turns its sign."""
    near = sorted(structure.get_neighbors(structure[0], cutoff), key=lambda site: site.nn_distance)
    vectors = [site.coords - structure[0].coords for site in near[:3]]
    return np.linalg.det(vectors)


def test_a_left_handed_cell_keeps_its_crystal_not_its_mirror_image():
    frac = [[0, 0, 0], [0.3, 0.05, 0.1], [0.05, 0.35, 0.02], [0.1, 0.02, 0.42]]
    matrix = Lattice.from_parameters(5, 5.5, 6, 75, 85, 95).matrix * [1, 1, -1]
    structure = Structure(Lattice(matrix), ["Fe", "O", "S", "N"], frac)
    assert np.linalg.det(matrix) < 0
    back = structures_of(crystals_of([structure]))[0]
    assert np.linalg.det(back.lattice.matrix) > 0
    assert handedness(back) == pytest.approx(handedness(structure))
    np.testing.assert_allclose(back.distance_matrix, structure.distance_matrix, atol=1e-9)


def test_coordinates_are_wrapped_into_the_cell():
    structure = Structure(Lattice.cubic(4), ["Fe", "O"], [[-1e-18, 1.0, 2.25], [0.5, -0.25, 0.5]])
    frac = crystals_of([structure]).frac
    assert frac.tolist() == [[0.0, 0.0, 0.25], [0.5, 0.75, 0.5]]


def test_charges_are_dropped():
    structure = Structure(
        Lattice.cubic(4), [Species("Na", 1), Species("Cl", -1)], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    assert crystals_of([structure]).numbers.tolist() == [11, 17]


def test_atoms_are_read_by_what_they_answer():
    atoms = Atoms(
        [11, 17], [[0, 0, 0], [0.5, 0.5, 0.5]], np.eye(3) * 3.3, info={"material_id": "a", "energy": -3}
    )
    crystals = crystals_of([atoms, salt()])
    assert crystals.ids == ("a", "1")
    assert crystals.counts.tolist() == [2, 8]
    assert crystals.lengths[0].tolist() == [3.3, 3.3, 3.3]
    assert crystals.properties["energy"][0] == -3


def test_atoms_that_are_no_crystal():
    with pytest.raises(InputError, match=r"are periodic along 2 of 3 axes; expected a crystal. Set pbc=True"):
        crystals_of([Atoms([1], [[0, 0, 0]], np.eye(3) * 3, pbc=(True, True, False))])
    with pytest.raises(InputError, match="axis a has no length"):
        crystals_of([Atoms([1], [[0, 0, 0]], np.zeros((3, 3)))])
    with pytest.raises(InputError, match="atom 0 has the atomic number 0"):
        crystals_of([Atoms([0], [[0, 0, 0]], np.eye(3) * 3)])


def test_names_and_values_must_fit():
    with pytest.raises(InputError, match="material_id: is not unique: a"):
        crystals_of([one_atom(), one_atom()], ids=["a", "a"])
    with pytest.raises(InputError, match="1 names for 2 structures"):
        crystals_of([one_atom(), one_atom()], ids=["a"])
    with pytest.raises(InputError, match="gap: has 1 values for 2 structures"):
        crystals_of([one_atom(), one_atom()], properties={"gap": [1.0]})
    with pytest.raises(InputError, match="is a int; expected a pymatgen Structure or ASE Atoms"):
        crystals_of([1])


def test_an_infinite_value_is_told_and_not_known():
    structure = salt()
    structure.properties["gap"] = float("-inf")
    with pytest.warns(InputWarning, match="gap at 1: is -inf, taken as not known, in 1 of 2"):
        read = crystals_of([perovskite(), structure])
    assert np.isnan(read.properties["gap"]).all()
