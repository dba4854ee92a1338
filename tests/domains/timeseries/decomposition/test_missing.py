"""Missing points in STL: what is known is recovered, what is missing is never read."""

import numpy as np
import pytest
from fourfold.domains.timeseries.decomposition.stl import stl_batch
from hypothesis import given, settings
from hypothesis import strategies as st

STEPS = np.arange(240)
TREND = 5 + 0.2 * STEPS
SEASON = np.tile([3.0, -1, 0.5, -2.5, 4, -3, 1.5, -2, 2, -1.5, 0, -1], 20)
KNOWN = TREND + SEASON


def gap(*runs: tuple[int, int]) -> np.ndarray:
    observed = np.ones(240, dtype=bool)
    for first, last in runs:
        observed[first:last] = False
    return observed


@pytest.mark.parametrize(
    "observed",
    [
        gap((50, 51)),
        gap((100, 104), (30, 36), (200, 201)),
        gap((60, 60 + 36)),  # three whole cycles
        gap((0, 3), (238, 240)),
        np.random.default_rng(0).random(240) < 0.5,
    ],
    ids=["point", "runs", "cycles", "ends", "half"],
)
@pytest.mark.parametrize("robust", [False, True])
def test_known_series_is_recovered(observed, robust):
    """A straight trend plus a fixed season is a fixed point of both smoothers."""
    noise = 0.02 * np.random.default_rng(1).normal(size=240) if robust else 0.0
    values = np.where(observed, KNOWN + noise, np.nan)
    result = stl_batch(values, 12, weights=observed, robust=robust, inner_iter=10)
    tolerance = 0.15 if robust else 0.02
    np.testing.assert_allclose(result.trend, TREND, rtol=0, atol=tolerance)
    np.testing.assert_allclose(result.seasonal, SEASON, rtol=0, atol=tolerance)


def test_a_phase_never_observed_lies_between_its_neighbours():
    observed = STEPS % 12 != 4
    result = stl_batch(np.where(observed, KNOWN, np.nan), 12, weights=observed)
    seasonal = result.seasonal[100:140]
    phase = (STEPS % 12)[100:140]
    middle = (seasonal[phase == 3][:3] + seasonal[phase == 5][:3]) / 2
    np.testing.assert_allclose(seasonal[phase == 4][:3], middle, atol=0.05)
    np.testing.assert_allclose((result.trend + result.seasonal)[observed], KNOWN[observed], atol=0.5)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    share=st.floats(0.02, 0.9),
    period=st.integers(2, 15),
    robust=st.booleans(),
    jump=st.integers(1, 4),
)
def test_missing_values_are_never_read(seed, share, period, robust, jump):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=80)
    observed = rng.random(80) > share
    observed[rng.choice(80, 2, replace=False)] = True
    options = {"robust": robust, "trend_jump": jump, "seasonal_jump": jump}
    one = stl_batch(np.where(observed, values, np.nan), period, weights=observed, **options)
    two = stl_batch(np.where(observed, values, 1e9), period, weights=observed, **options)
    for name in ("trend", "seasonal", "residual", "weights"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        assert np.isfinite(getattr(one, name)).all()
    np.testing.assert_array_equal(one.residual[~observed], 0)
    total = one.trend + one.seasonal + one.residual
    np.testing.assert_allclose(total[observed], values[observed], rtol=0, atol=1e-9)


def test_a_far_gap_does_not_reach_here():
    rng = np.random.default_rng(3)
    values = KNOWN + rng.normal(size=240)
    observed = gap((230, 236))
    whole = stl_batch(values, 12, inner_iter=1)
    holed = stl_batch(values, 12, weights=observed, inner_iter=1)
    np.testing.assert_allclose(holed.trend[:100], whole.trend[:100], rtol=0, atol=1e-10)
    assert np.abs(holed.trend - whole.trend)[220:].max() > 1e-3


def test_a_light_weight_pulls_less():
    values = KNOWN.copy()
    values[120] += 20
    pulls = []
    for weight in (1.0, 0.5, 0.01, 0.0):
        weights = np.ones(240)
        weights[120] = weight
        pulls.append(abs(stl_batch(values, 12, weights=weights).trend[120] - TREND[120]))
    assert pulls[0] > pulls[1] > pulls[2] > pulls[3] - 1e-9
    assert pulls[3] < 0.01
