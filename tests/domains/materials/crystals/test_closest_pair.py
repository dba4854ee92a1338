"""The nearest pair, against a look at all images."""

from itertools import product

import numpy as np
import pytest
from example_crystals import any_crystals
from fourfold.domains.materials.crystals.closest_pair import closest_pairs
from fourfold.domains.materials.crystals.crystal import Crystal, pack
from hypothesis import given, settings


def dense(crystals, m, reach):
    """Nearest two atoms of crystal m over (2 reach + 1)^3 images."""
    frac = crystals.frac[crystals.offsets[m] : crystals.offsets[m + 1]]
    images = np.array(list(product(range(-reach, reach + 1), repeat=3)))
    apart = (frac[:, None, None] - frac[None, :, None] + images) @ crystals.matrices()[m]
    distances = np.linalg.norm(apart, axis=-1)
    return distances[distances > 1e-9].min()


@settings(max_examples=20)
@given(any_crystals())
def test_it_is_the_nearest_of_all_images(crystals):
    pairs, distances = closest_pairs(crystals, 4.0)
    for m in range(len(crystals)):
        nearest = dense(crystals, m, 3)
        assert distances[m] == pytest.approx(nearest) if nearest < 4.0 else np.isinf(distances[m])
        assert (pairs[m] < crystals.counts[m]).all()


def test_a_very_oblique_cell_needs_far_images():
    crystals = pack([Crystal(np.zeros((1, 3)), [1], [3.0, 30.0, 3.0], [90.0, 90.0, 5.0])], ["x"])
    _, distances = closest_pairs(crystals, 2.9)
    assert distances[0] == pytest.approx(dense(crystals, 0, 12))
