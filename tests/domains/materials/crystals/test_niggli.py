"""Reduced cells, against pymatgen's reduced structures."""

import numpy as np
import pytest
from example_crystals import any_crystals
from fourfold.domains.materials.crystals.crystal import Crystal
from fourfold.domains.materials.crystals.niggli import niggli_reduced
from fourfold.domains.materials.crystals.reading import read_crystals
from fourfold.domains.materials.crystals.structures import crystals_of, structures_of
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from pymatgen.core import Lattice, Structure
from pymatgen.io.cif import CifWriter


def skewed() -> Structure:
    """A small cell described by long oblique vectors."""
    upright = Lattice.from_parameters(4, 5, 6, 80, 85, 95).matrix
    matrix = np.array([[1, 0, 0], [2, 1, 0], [-1, 3, 1]]) @ upright
    return Structure(Lattice(matrix), ["Fe", "O", "S"], [[0, 0, 0], [1.5, 2.0, 1.5], [2.1, 0.3, 0.8]])


def spheres(structure):
    """Sorted distances around every atom: equal for equal crystals, whatever the cell."""
    return [sorted(n.nn_distance for n in structure.get_neighbors(site, 7.0)) for site in structure]


def test_equal_to_pymatgen():
    ours = structures_of(read_crystals(skewed(), niggli=True))[0]
    theirs = skewed().get_reduced_structure()
    np.testing.assert_allclose(ours.lattice.parameters, theirs.lattice.parameters, atol=1e-6)
    assert ours.lattice.volume == pytest.approx(skewed().lattice.volume)


@settings(max_examples=10)
@given(any_crystals(most=1, atoms=4))
def test_the_crystal_stays_the_same(crystals):
    reduced = read_crystals(crystals, niggli=True)
    assert reduced.numbers.tolist() == crystals.numbers.tolist()
    assert reduced.volumes() == pytest.approx(crystals.volumes())
    for a, b in zip(*(spheres(structures_of(x)[0]) for x in (crystals, reduced)), strict=True):
        assert len(a) == pytest.approx(len(b), abs=1)  # a neighbour at the very edge
        np.testing.assert_allclose(a[: len(b) - 1], b[: len(a) - 1], atol=1e-5)


def test_reduced_twice_is_reduced_once():
    once = read_crystals(crystals_of([skewed()]), niggli=True)
    twice = read_crystals(once, niggli=True)
    np.testing.assert_allclose(once.lengths, twice.lengths)
    np.testing.assert_allclose(once.angles, twice.angles)


def test_rows_of_text_are_reduced_too():
    text = str(CifWriter(skewed()))
    np.testing.assert_allclose(
        read_crystals(text, niggli=True).lengths, read_crystals(skewed(), niggli=True).lengths, atol=1e-6
    )


def test_a_flat_cell_has_none():
    flat = Crystal(np.zeros((1, 3)), [1], [3.0, 3.0, 3.0], [30.0, 30.0, 60.0])
    with pytest.raises(InputError, match="lattice at x: no cell has the angles 30 30 60"):
        niggli_reduced(flat, "x")
