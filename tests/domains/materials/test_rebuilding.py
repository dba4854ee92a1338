"""Of several tries the one that the encoder takes for the crystal given."""

from dataclasses import replace

import numpy as np
import pytest
from fourfold.domains.materials.flow.sampler import FlowSampling
from fourfold.domains.materials.rebuilding import rebuild
from told_model import ToldModel, cells

GIVEN = cells([5.0, 5.0, 5.0])


def rebuilt(tries, **options):
    model = ToldModel(tries, **options)
    return rebuild(model, GIVEN, FlowSampling(1), 7, len(tries)), model


def test_no_try_is_nearer_than_the_one_kept():
    tries = [cells([5.6, 5.1, 4.0]), cells([4.9, 7.0, 5.5]), cells([6.0, 4.5, 4.9])]
    made, model = rebuilt(tries)
    misses = np.array([np.abs(one.lengths[:, 0] - 5.0) for one in tries])
    assert np.allclose(np.abs(made.lengths[:, 0] - 5.0), misses.min(0))
    assert len(set(model.seeds)) == 3


@pytest.mark.parametrize(("spread", "kept"), [((1.0, 1.0), 5.2), ((0.01, 100.0), 5.0)])
def test_nearness_is_measured_in_deviations_of_the_posterior(spread, kept):
    """A little off in the first dimension, or more in the second: what is less, the posterior says."""
    turned = cells([5.0] * 3)
    turned = replace(turned, angles=turned.angles - 0.5)
    made, _ = rebuilt([turned, cells([5.2] * 3)], spread=spread)
    assert made.lengths[:, 0].tolist() == [kept] * 3


def test_what_cannot_stand_is_kept_only_where_nothing_can():
    made, _ = rebuilt(
        [cells([5.0, 5.5, 5.3], apart=[0.01] * 3), cells([9.0, 9.0, 5.1], apart=[0.5, 0.5, 0.01])]
    )
    assert made.lengths[:, 0].tolist() == [9.0, 9.0, 5.1]


def test_one_try_is_as_it_came():
    alone = cells([5.5, 5.6, 5.7], apart=[0.01] * 3)
    assert rebuilt([alone])[0] is alone
