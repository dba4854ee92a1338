"""MSTL against statsmodels' MSTL, and its operator against MSTL."""

import numpy as np
import pytest
from fourfold.domains.timeseries.decomposition.mstl import mstl, mstl_operator
from fourfold.domains.timeseries.decomposition.stl import stl_batch
from fourfold.shared.errors import InputError
from statsmodels.tsa.seasonal import MSTL

STEPS = np.arange(500)


def series(count: int = 2) -> np.ndarray:
    seasons = 3 * np.sin(2 * np.pi * STEPS / 24) + 2 * np.cos(2 * np.pi * STEPS / 168)
    return seasons + np.random.default_rng(0).normal(size=(count, 500)).cumsum(axis=1) / 5


@pytest.mark.parametrize(
    ("periods", "more", "options", "tolerance"),
    [
        ((24, 168), {}, {}, 1e-10),
        ((168, 24), {"windows": (15, 9)}, {"seasonal_deg": 0}, 1e-10),
        ((6, 24, 100), {"iterate": 3}, {"trend_jump": 3, "inner_iter": 2}, 1e-10),
        ((24,), {}, {}, 1e-10),
        ((24, 168), {}, {"robust": True, "outer_iter": 2}, 1e-8),
    ],
)
def test_equals_statsmodels(periods, more, options, tolerance):
    values = series()
    ours = mstl(values, periods, **more, **options)
    for row, one in enumerate(values):
        theirs = MSTL(one, periods=periods, **more, stl_kwargs=dict(options)).fit()
        seasonal = theirs.seasonal.reshape(500, -1).T
        np.testing.assert_allclose(ours.trend[row], theirs.trend, rtol=0, atol=tolerance)
        np.testing.assert_allclose(ours.seasonal[:, row], seasonal, rtol=0, atol=tolerance)
        np.testing.assert_allclose(ours.residual[row], theirs.resid, rtol=0, atol=tolerance)
        np.testing.assert_allclose(ours.weights[row], theirs.weights, rtol=0, atol=tolerance)
    assert ours.periods == tuple(sorted(periods))


@pytest.mark.parametrize("periods", [(24, 168), (12, 50, 120), (24,)])
def test_operator_equals_mstl(periods):
    values = series(3)
    direct, operator = mstl(values, periods), mstl_operator(500, periods)
    linear = operator.apply(values)
    np.testing.assert_allclose(linear.trend, direct.trend, rtol=0, atol=1e-10)
    np.testing.assert_allclose(linear.seasonal, direct.seasonal, rtol=0, atol=1e-10)
    np.testing.assert_allclose(linear.residual, direct.residual, rtol=0, atol=1e-10)
    total = operator.combined().apply(values)
    np.testing.assert_allclose(total.seasonal, direct.seasonal.sum(axis=0), rtol=0, atol=1e-10)
    assert operator is mstl_operator(500, periods)


def test_one_period_is_stl():
    plain = stl_batch(series(), 24, seasonal=11)
    np.testing.assert_array_equal(mstl(series(), [24]).trend, plain.trend)


def test_parts_add_up_where_observed():
    values = series()
    observed = np.random.default_rng(1).random(values.shape) > 0.1
    result = mstl(np.where(observed, values, np.nan), (24, 168), weights=observed)
    total = result.trend + result.seasonal.sum(axis=0) + result.residual
    assert np.isfinite(total).all()
    np.testing.assert_allclose(total[observed], values[observed], rtol=0, atol=1e-11)
    np.testing.assert_array_equal(result.residual[~observed], 0)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"periods": ()}, "periods"),
        ({"periods": (24, 24)}, "periods"),
        ({"periods": (24, 251)}, "values"),
        ({"periods": (24, 168), "windows": (7,)}, "windows"),
        ({"periods": (24, 168), "windows": (7, 8)}, "stl"),
        ({"periods": (24, 168), "iterate": 0}, "iterate"),
        ({"periods": (24, 168), "seasonal": 7}, "seasonal"),
        ({"periods": (24, 168), "weights": np.ones(3)}, "weights"),
    ],
)
def test_mistakes_are_named(arguments, field):
    with pytest.raises(InputError) as caught:
        mstl(series(), **arguments)
    assert caught.value.field == field


def test_operator_refuses_what_is_not_linear():
    with pytest.raises(InputError, match="not linear"):
        mstl_operator(500, (24, 168), robust=True)
