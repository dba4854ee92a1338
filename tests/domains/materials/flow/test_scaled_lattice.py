"""Lattices in units of the training crystals, and back."""

import numpy as np
from fourfold.domains.materials.flow.scaled_lattice import LEAST_SCALE, LatticeScale
from small_crystals import small_crystals

CRYSTALS = small_crystals(0, counts=(3, 1, 5, 2, 8, 4))
LATTICES = (CRYSTALS.lengths, CRYSTALS.angles, CRYSTALS.counts)


def test_training_crystals_have_mean_0_and_deviation_1():
    standard = LatticeScale.of(*LATTICES).standardise(*LATTICES)
    np.testing.assert_allclose(standard.mean(0), np.zeros(6), atol=1e-12)
    np.testing.assert_allclose(standard.std(0), np.ones(6), atol=1e-12)


def test_back_are_the_same_lengths_and_angles():
    scale = LatticeScale.of(*LATTICES)
    lengths, angles = scale.restore(scale.standardise(*LATTICES), CRYSTALS.counts)
    np.testing.assert_allclose(lengths, CRYSTALS.lengths)
    np.testing.assert_allclose(angles, CRYSTALS.angles)


def test_eight_times_the_atoms_in_edges_twice_as_long_are_the_same():
    scale = LatticeScale.of(*LATTICES)
    larger = scale.standardise(2 * CRYSTALS.lengths, CRYSTALS.angles, 8 * CRYSTALS.counts)
    np.testing.assert_allclose(larger, scale.standardise(*LATTICES))


def test_what_hardly_varies_keeps_a_least_unit():
    cubic = (np.full((4, 3), 5.0), np.full((4, 3), 90.0), np.ones(4))
    scale = LatticeScale.of(*cubic)
    np.testing.assert_array_equal(scale.scale, LEAST_SCALE)
    np.testing.assert_allclose(scale.standardise(*cubic), np.zeros((4, 6)))
