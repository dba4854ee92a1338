"""Seasons repeat with exactly the period that goes with them."""

import numpy as np
import pytest
from fourfold.domains.timeseries.synthetic import seasonality


@pytest.mark.parametrize("period", [4, 7, 12, 24, 96, 168])
def test_pure_seasons_repeat_exactly_and_not_sooner(period):
    rng = np.random.default_rng(period)
    periods = np.full(40, period)
    profile = seasonality.season_profiles(rng, periods)
    series = seasonality.repeat_profiles(profile, periods, rng.integers(0, periods), 6 * period)
    np.testing.assert_array_equal(series[:, period:], series[:, :-period])
    centred = series - series.mean(axis=1, keepdims=True)
    # The mean autocorrelation over many profiles peaks at the period.
    acf = np.array(
        [(centred[:, lag:] * centred[:, : series.shape[1] - lag]).mean() for lag in range(period + 1)]
    )
    assert np.argmax(acf[2:]) + 2 == period


def test_profiles_have_mean_zero_and_unit_spread_over_their_own_cycle():
    rng = np.random.default_rng(0)
    periods = seasonality.draw_periods(rng, 200)
    profiles = seasonality.season_profiles(rng, periods)
    for profile, period in zip(profiles, periods, strict=True):
        np.testing.assert_allclose(profile[:period].mean(), 0, atol=1e-4)
        assert profile[:period].std() == pytest.approx(1, abs=1e-2) or profile[:period].std() < 1e-2
        assert (profile[period:] == 0).all()


def test_days_within_a_week_repeat_weekly():
    series = seasonality.daily_and_weekly(np.random.default_rng(5), np.full(20, 24), 168 * 3)
    np.testing.assert_array_equal(series[:, 168:], series[:, :-168])
    assert not np.array_equal(series[:, 24:], series[:, :-24])


def test_evolving_seasons_change_shape():
    series = seasonality.evolving(np.random.default_rng(6), np.full(20, 12), 240)
    assert np.abs(series[:, 12:] - series[:, :-12]).max() > 0.05
