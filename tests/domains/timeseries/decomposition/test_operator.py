"""The STL operator equals statsmodels on every window, and is what a linear map should be."""

import numpy as np
import pytest
import torch
from fourfold.domains.timeseries.decomposition.operator import stl_operator
from fourfold.domains.timeseries.decomposition.stl import stl_batch
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.seasonal import STL

CASES = [
    (336, 24, {}),
    (337, 24, {"seasonal": 13}),
    (96, 7, {"seasonal_deg": 0, "trend_deg": 0}),
    (100, 12, {"trend": 21, "low_pass": 15, "low_pass_deg": 0}),
    (150, 13, {"seasonal_jump": 2, "trend_jump": 3, "low_pass_jump": 4}),
    (120, 12, {"seasonal_jump": 12}),
    (24, 12, {}),
    (41, 4, {"seasonal": 35}),
]


@pytest.mark.parametrize(("n", "period", "options"), CASES)
def test_equals_statsmodels(n, period, options):
    windows = np.random.default_rng(0).normal(size=(2, 3, n)).cumsum(axis=-1) + 10
    ours = stl_operator(n, period, **options).apply(windows)
    for index in np.ndindex(2, 3):
        fit = STL(windows[index], period=period, **options).fit()
        np.testing.assert_allclose(ours.trend[index], fit.trend, rtol=0, atol=1e-10)
        np.testing.assert_allclose(ours.seasonal[index], fit.seasonal, rtol=0, atol=1e-10)
        np.testing.assert_allclose(ours.residual[index], fit.resid, rtol=0, atol=1e-10)


@pytest.mark.parametrize("options", [{"inner_iter": 1}, {"inner_iter": 3, "seasonal_jump": 3}, {"trend": 99}])
def test_equals_the_compiled_loops(options):
    windows = np.random.default_rng(0).normal(size=(3, 61)).cumsum(axis=-1)
    ours, theirs = stl_operator(61, 12, **options).apply(windows), stl_batch(windows, 12, **options)
    np.testing.assert_allclose(ours.trend, theirs.trend, rtol=0, atol=1e-13)
    np.testing.assert_allclose(ours.seasonal, theirs.seasonal, rtol=0, atol=1e-13)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), a=st.floats(-10, 10), shift=st.floats(-1e4, 1e4))
def test_linear_and_shift_equivariant(seed, a, shift):
    operator = stl_operator(90, 12)
    x, y = np.random.default_rng(seed).normal(size=(2, 90))
    of_x, of_y, of_sum = (operator.apply(v) for v in (x, y, a * x + y))
    np.testing.assert_allclose(of_sum.trend, a * of_x.trend + of_y.trend, rtol=0, atol=1e-11)
    np.testing.assert_allclose(of_sum.seasonal, a * of_x.seasonal + of_y.seasonal, rtol=0, atol=1e-11)
    moved = operator.apply(x + shift)
    atol = 1e-12 * (1 + abs(shift))
    np.testing.assert_allclose(moved.trend, of_x.trend + shift, rtol=0, atol=atol)
    np.testing.assert_allclose(moved.seasonal, of_x.seasonal, rtol=0, atol=atol)
    np.testing.assert_allclose(of_x.trend + of_x.seasonal + of_x.residual, x, rtol=0, atol=1e-12)


def test_nothing_outside_the_window_is_read():
    series = np.random.default_rng(0).normal(size=500).cumsum()
    operator = stl_operator(96, 24)
    before = operator.apply(series[100:196])
    series[:100], series[196:] = np.nan, 1e30
    after = operator.apply(series[100:196])
    np.testing.assert_array_equal(after.trend, before.trend)
    np.testing.assert_array_equal(after.seasonal, before.seasonal)


def test_one_row_never_depends_on_the_others():
    operator = stl_operator(96, 24)
    windows = np.random.default_rng(0).normal(size=(7, 96))
    together = operator.apply(windows)
    windows[1:] = 1e12
    np.testing.assert_allclose(operator.apply(windows).trend[0], together.trend[0], rtol=0, atol=1e-13)


@pytest.mark.parametrize(("n", "period"), [(336, 24), (720, 168), (512, 7)])
def test_float32_is_close(n, period):
    operator = stl_operator(n, period)
    windows = np.random.default_rng(1).normal(size=(20, n)).cumsum(axis=-1)
    windows -= windows.mean(axis=-1, keepdims=True)
    exact = operator.apply(windows)
    trend, seasonal = operator.tensors()
    assert trend.dtype == seasonal.dtype == torch.float32
    single = torch.tensor(windows, dtype=torch.float32)
    scale = np.abs(windows).max()
    assert np.abs((single @ trend.T).numpy() - exact.trend).max() / scale < 1e-5
    assert np.abs((single @ seasonal.T).numpy() - exact.seasonal).max() / scale < 1e-5


def test_gradients_pass_through():
    trend, seasonal = stl_operator(48, 12).tensors(torch.float64)
    x = torch.randn(
        2, 48, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True
    )
    assert torch.autograd.gradcheck(lambda v: (v @ trend.T, v @ seasonal.T), x)


def test_built_once_and_shared_safely():
    assert stl_operator(60, 12) is stl_operator(60, 12, seasonal=7)
    assert stl_operator(60, 12).length == 60
    with pytest.raises(ValueError, match="read-only"):
        stl_operator(60, 12).trend[0, 0] = 1
    trend, _ = stl_operator(60, 12).tensors(torch.float64)
    trend.zero_()
    assert stl_operator(60, 12).trend.any()


def test_agrees_with_the_batch_on_long_windows():
    windows = np.random.default_rng(0).normal(size=(2, 1000))
    ours, batch = stl_operator(1000, 48).apply(windows), stl_batch(windows, 48)
    np.testing.assert_allclose(ours.trend, batch.trend, rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    ("n", "period", "options", "message"),
    [
        (2049, 24, {}, "at most 2048"),
        (47, 24, {}, "at least 48 points"),
        (100, 1, {}, "period"),
        (100, 12, {"robust": True}, "not linear"),
        (100, 12, {"outer_iter": 1}, "not linear"),
    ],
)
def test_mistakes_are_named(n, period, options, message):
    with pytest.raises(InputError, match=message):
        stl_operator(n, period, **options)


def test_windows_must_fit_and_be_finite():
    operator = stl_operator(48, 12)
    with pytest.raises(InputError, match="48 points"):
        operator.apply(np.zeros((2, 47)))
    windows = np.zeros((2, 48))
    windows[1, 5] = np.inf
    with pytest.raises(InputError, match=r"index \(1, 5\)"):
        operator.apply(windows)
