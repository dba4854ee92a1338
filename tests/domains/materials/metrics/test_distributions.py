"""Densities, counts of elements and distances of distributions."""

import numpy as np
import pytest
from fourfold.domains.materials.crystals.structures import crystals_of, structures_of
from fourfold.domains.materials.metrics.distributions import densities, element_counts, wasserstein
from fourfold.shared.errors import InputError
from pymatgen.core import Lattice, Structure


def test_densities_and_counts_are_pymatgens():
    salt = Structure(Lattice.cubic(5.0), ["Na", "Cl", "Cl"], [[0, 0, 0], [0.5] * 3, [0.2] * 3])
    iron = Structure(Lattice.hexagonal(2.5, 4.0), ["Fe", "Fe"], [[0, 0, 0], [0.5] * 3])
    crystals = crystals_of([salt, iron], ids="ab")
    expected = [float(structure.density) for structure in structures_of(crystals)]
    np.testing.assert_allclose(densities(crystals), expected, rtol=1e-6)
    assert element_counts(crystals).tolist() == [2, 1]
    assert densities(crystals.take([])).shape == (0,)


def test_the_distance_of_two_samples_is_how_far_one_must_be_carried():
    assert wasserstein("x", np.array([0.0, 1.0]), np.array([2.0, 3.0])) == pytest.approx(2.0)
    assert wasserstein("x", np.array([1, 2, 3]), np.array([3, 1, 2, 2])) == pytest.approx(1 / 6)


def test_samples_that_are_empty_or_not_finite_are_refused():
    with pytest.raises(InputError, match="no value of a generated"):
        wasserstein("density", np.array([]), np.array([1.0]))
    with pytest.raises(InputError, match="reference crystal 1"):
        wasserstein("density", np.array([1.0]), np.array([1.0, np.nan]))
