"""stl_batch against statsmodels' STL, and what holds for any series."""

import os
import subprocess
import sys

import numpy as np
import pytest
from fourfold.domains.timeseries.decomposition.settings import stl_settings
from fourfold.domains.timeseries.decomposition.stl import stl_batch
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.seasonal import STL

LINEAR = [
    (336, 24, {}),
    (335, 24, {"seasonal": 13}),
    (100, 7, {"seasonal_deg": 0}),
    (121, 12, {"trend": 21, "trend_deg": 0, "low_pass_deg": 0, "low_pass": 15}),
    (200, 13, {"seasonal_jump": 2, "trend_jump": 3, "low_pass_jump": 4}),
    (336, 24, {"trend_jump": 1000, "seasonal_jump": 100, "low_pass_jump": 23}),
    (26, 13, {}),
    (27, 13, {"seasonal": 35}),
    (50, 2, {"inner_iter": 1}),
    (51, 3, {"seasonal": 3, "inner_iter": 9}),
    (500, 168, {"seasonal": 11}),
    (300, 24, {"trend": 601, "trend_jump": 7}),
]
ROBUST = [
    (336, 24, {"robust": True}),
    (150, 13, {"robust": True, "seasonal_deg": 0, "trend_jump": 5, "seasonal_jump": 2}),
    (150, 12, {"inner_iter": 1, "outer_iter": 3}),
    (60, 7, {"robust": True, "seasonal": 35, "trend": 61, "outer_iter": 4}),
]


def series(n: int, period: int, seed: int = 0, count: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    walk = rng.normal(size=(count, n)).cumsum(axis=1)
    walk[:, :: max(n // 5, 1)] += 15  # outliers for the robust cases
    return walk + 3 * np.sin(np.arange(n) * 2 * np.pi / period)


def by_statsmodels(row: np.ndarray, period: int, options: dict) -> tuple[np.ndarray, ...]:
    of_fit = {name: options[name] for name in ("inner_iter", "outer_iter") if name in options}
    of_model = {name: value for name, value in options.items() if name not in of_fit}
    fit = STL(row, period=period, **of_model).fit(**of_fit)
    return fit.trend, fit.seasonal, fit.resid, fit.weights


@pytest.mark.parametrize(
    ("n", "period", "options", "tolerance"), [(*c, 1e-10) for c in LINEAR] + [(*c, 1e-8) for c in ROBUST]
)
def test_equals_statsmodels(n, period, options, tolerance):
    values = series(n, period)
    ours = stl_batch(values, period, **options)
    parts = (ours.trend, ours.seasonal, ours.residual, ours.weights)
    for row, one in enumerate(values):
        for mine, theirs in zip(parts, by_statsmodels(one, period, options), strict=True):
            np.testing.assert_allclose(mine[row], theirs, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("n", "period", "options"), LINEAR + ROBUST)
def test_equal_weights_change_nothing(n, period, options):
    values = series(n, period, seed=1)
    plain = stl_batch(values, period, **options)
    ones = stl_batch(values, period, weights=np.ones(n, dtype=bool), **options)
    np.testing.assert_array_equal(ones.trend, plain.trend)
    # Any other constant takes the weighted path, which must agree with the tabulated one.
    twos = stl_batch(values, period, weights=np.full(n, 2.0), **options)
    np.testing.assert_allclose(twos.trend, plain.trend, rtol=0, atol=1e-9)
    np.testing.assert_allclose(twos.seasonal, plain.seasonal, rtol=0, atol=1e-9)


def test_spans_too_wide_to_tabulate_give_the_same_answer(monkeypatch):
    values = series(336, 24, seed=2)
    cases = [{}, {"trend_jump": 5}, {"robust": True, "outer_iter": 2}]
    before = [stl_batch(values, 24, **case) for case in cases]
    monkeypatch.setattr("fourfold.domains.timeseries.decomposition.loess._TABLE_LIMIT", 0)
    for case, tabled in zip(cases, before, strict=True):
        untabled = stl_batch(values, 24, **case)
        np.testing.assert_allclose(untabled.trend, tabled.trend, rtol=0, atol=1e-12)
        np.testing.assert_allclose(untabled.seasonal, tabled.seasonal, rtol=0, atol=1e-12)


def test_threads_and_shapes_do_not_matter():
    values = series(100, 12, count=6)
    whole = stl_batch(values, 12, threads=1)
    shared_out = stl_batch(values, 12, threads=3)
    cube = stl_batch(values.reshape(2, 3, 100), 12)
    one = stl_batch(values[4], 12)
    np.testing.assert_array_equal(shared_out.trend, whole.trend)
    np.testing.assert_array_equal(cube.seasonal.reshape(6, 100), whole.seasonal)
    np.testing.assert_array_equal(one.residual, whole.residual[4])
    assert stl_batch(np.empty((0, 100)), 12).trend.shape == (0, 100)


def test_input_is_left_alone():
    values = series(60, 12)
    copy = values.copy()
    stl_batch(values, 12, weights=np.arange(60) % 5 > 0)
    np.testing.assert_array_equal(values, copy)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    period=st.integers(2, 20),
    cycles=st.floats(2, 6),
    shift=st.floats(-1e3, 1e3),
    scale=st.floats(0.01, 100),
)
def test_parts_add_up_and_follow_shift_and_scale(seed, period, cycles, shift, scale):
    n = int(np.ceil(period * cycles))
    values = np.random.default_rng(seed).normal(size=n)
    plain = stl_batch(values, period)
    np.testing.assert_allclose(plain.trend + plain.seasonal + plain.residual, values, rtol=0, atol=1e-12)
    moved = stl_batch(scale * (values + shift), period)
    tolerance = scale * (abs(shift) + 1) * 1e-11
    np.testing.assert_allclose(moved.trend, scale * (plain.trend + shift), rtol=0, atol=tolerance)
    np.testing.assert_allclose(moved.seasonal, scale * plain.seasonal, rtol=0, atol=tolerance)


def test_robust_follows_shift_and_scale():
    values = series(240, 12)
    plain = stl_batch(values, 12, robust=True)
    moved = stl_batch(30 * (values - 200), 12, robust=True)
    np.testing.assert_allclose(moved.trend, 30 * (plain.trend - 200), rtol=0, atol=1e-6)
    np.testing.assert_allclose(moved.weights, plain.weights, rtol=0, atol=1e-8)


def test_a_line_is_all_trend():
    line = np.linspace(-3, 40, 120)
    result = stl_batch(line, 12)
    np.testing.assert_allclose(result.trend, line, atol=1e-9)
    np.testing.assert_allclose(result.seasonal, 0, atol=1e-9)


def test_an_outlier_bends_the_robust_fit_less():
    steps = np.arange(240)
    clean = 0.1 * steps + np.sin(2 * np.pi * steps / 12)
    spoilt = clean + np.random.default_rng(0).normal(0, 0.05, 240)
    spoilt[100] += 50
    plain, robust = stl_batch(spoilt, 12), stl_batch(spoilt, 12, robust=True)
    assert np.abs(robust.trend - 0.1 * steps).max() < 0.1 < np.abs(plain.trend - 0.1 * steps).max()
    assert robust.weights[100] == 0


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"period": 1}, "period"),
        ({"period": 2.5}, "period"),
        ({"period": 31}, "values"),
        ({"period": 12, "seasonal": 8}, "stl"),
        ({"period": 12, "seasonal": 1}, "seasonal"),
        ({"period": 12, "trend": 11}, "stl"),
        ({"period": 12, "seasonal_deg": 2}, "seasonal_deg"),
        ({"period": 12, "trend_jump": 0}, "trend_jump"),
        ({"period": 12, "sesonal": 9}, "sesonal"),
        ({"period": 12, "weights": np.ones(59)}, "weights"),
        ({"period": 12, "weights": -np.ones(60)}, "weights"),
        ({"period": 12, "weights": np.eye(60)[0]}, "values"),
    ],
)
def test_mistakes_are_named(arguments, field):
    with pytest.raises(InputError) as caught:
        stl_batch(np.zeros(60), **arguments)
    assert caught.value.field == field


def test_too_short_tells_the_length_needed():
    with pytest.raises(InputError, match="at least 48 points"):
        stl_batch(np.zeros(47), 24)


def test_a_gap_without_weights_is_refused():
    values = np.zeros((3, 60))
    values[1, 7] = np.nan
    with pytest.raises(InputError, match="series 1, step 7"):
        stl_batch(values, 12)


def test_a_single_number_is_refused():
    with pytest.raises(InputError, match="single number"):
        stl_batch(3.0, 12)


def test_default_spans():
    assert (stl_settings(24).trend_span, stl_settings(24).low_pass_span) == (47, 25)
    assert (stl_settings(7).trend_span, stl_settings(7).low_pass_span) == (15, 9)
    assert (stl_settings(24, robust=True).inner_passes, stl_settings(24, robust=True).outer_passes) == (2, 15)
    assert hash(stl_settings(24)) == hash(stl_settings(24))


def test_torch_keeps_its_threads():
    """In a fresh process: numba starts its pool, which changes the threads of OpenMP, only once."""
    program = """
import numpy as np, torch
from fourfold.domains.timeseries.decomposition.stl import stl_batch
torch.set_num_threads(1)
assert torch.get_num_threads() == 1
stl_batch(np.random.default_rng(0).normal(size=(4, 50)), 12)
assert torch.get_num_threads() == 1
"""
    environment = os.environ | {"NUMBA_NUM_THREADS": "2", "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
