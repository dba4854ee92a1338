"""The best of several tries, by the property that the model predicts from the crystals."""

import numpy as np
import pytest
from fourfold.domains.materials.optimization import best_of
from told_model import ToldModel, cells

TRIES = [cells([5.0, 4.0, 6.0]), cells([4.0, 6.0, 6.5]), cells([6.0, 5.0, 5.5])]
"""Three starts, each decoded three times; the property is the length of the cell."""
LENGTHS = np.array([one.lengths[:, 0] for one in TRIES])


def test_min_start_max():
    model = ToldModel()
    low, high = (best_of(model, TRIES, target).lengths[:, 0] for target in ("min", "max"))
    assert np.array_equal(low, LENGTHS.min(0))
    assert np.array_equal(high, LENGTHS.max(0))
    assert (low <= LENGTHS[0]).all() and (LENGTHS[0] <= high).all()


@pytest.mark.parametrize("target", [4.3, 5.2, 9.0])
def test_a_value_is_met_as_near_as_may_be(target):
    found = best_of(ToldModel(), TRIES, target).lengths[:, 0]
    assert np.array_equal(np.abs(found - target), np.abs(LENGTHS - target).min(0))


@pytest.mark.parametrize("target", ["min", "max", 4.0])
def test_what_is_not_valid_is_no_best(target):
    neon = cells([4.0, 5.0], anions=[10, 17])  # no formula
    near = cells([6.0, 4.0], apart=[0.5, 0.01])  # no structure
    found = best_of(ToldModel(), [neon, near], target).lengths[:, 0]
    assert found.tolist() == [6.0, 5.0]


def test_where_none_is_valid_the_last_is_kept():
    tries = [cells([length], apart=[0.01]) for length in (4.0, 6.0, 5.0)]
    assert best_of(ToldModel(), tries, "min").lengths[0, 0] == 5.0
