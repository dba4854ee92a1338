"""Random processes against their closed-form laws."""

import numpy as np
import pytest
from fourfold.domains.timeseries.synthetic import regimes, stochastic
from scipy.signal import lfilter


def test_autoregression_equals_the_filter_it_is():
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((3, 200)).astype(np.float32)
    weights = np.array([[0.5, -0.3, 0.1]] * 3, dtype=np.float32)
    ours = stochastic.autoregressive(rng, weights, 200, burn_in=0, innovations=noise)
    expected = lfilter([1], [1, -0.5, 0.3, -0.1], noise.astype(float), axis=1)
    np.testing.assert_allclose(ours, expected, atol=1e-5)


@pytest.mark.parametrize("rho", [0.0, 0.6, 0.95])
def test_first_order_paths_have_unit_variance_and_geometric_memory(rho):
    paths = stochastic.first_order(np.random.default_rng(1), np.full(4_000, rho), 30)
    np.testing.assert_allclose(paths.var(axis=0), 1, atol=0.15)
    np.testing.assert_allclose((paths[:, 5:] * paths[:, :-5]).mean(), rho**5, atol=0.05)


def test_drawn_weights_are_stationary():
    weights = stochastic.stationary_weights(np.random.default_rng(2), 500, 12)
    assert np.abs(weights).sum(axis=1).max() <= 1.0
    for row in weights[:50]:
        roots = np.roots(np.concatenate([[1.0], -row.astype(float)]))
        assert np.abs(roots).max() < 1.0


def test_walks_wander():
    paths = stochastic.random_walk(np.random.default_rng(3), 500, 400)
    assert paths[:, 350:].var() > 5 * paths[:, 10:20].var()


def test_counts_have_their_rate_and_intermittent_series_are_mostly_zero():
    rng = np.random.default_rng(4)
    counted = regimes.counts(rng, np.full((200, 100), 6.0))
    assert counted.mean() == pytest.approx(6.0, rel=0.05)
    demand = regimes.intermittent(rng, np.full((200, 100), 0.1))
    assert (demand > 0).mean() == pytest.approx(0.1, abs=0.02)
    assert demand[demand > 0].min() >= 1


def test_switching_has_two_states_and_shifts_last():
    states = regimes.switching(np.random.default_rng(5), 50, 200)
    assert set(np.unique(states)) == {0.0, 1.0}
    shifted = regimes.level_shifts(np.random.default_rng(6), 50, 200)
    assert (np.diff(shifted, axis=1) != 0).sum(axis=1).max() <= 3
