"""Gap kernels against slow float64 references."""

import itertools

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.panels.gaps import fill_forward, fill_linear, fill_seasonal
from hypothesis import given, settings
from hypothesis import strategies as st


def example(seed: int, steps: int, series: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    observed = rng.random((steps, series)) > rng.uniform(0, 0.7)
    return np.where(observed, rng.normal(size=(steps, series)), 999.0), observed


CASES = given(st.integers(0, 10_000), st.integers(1, 40), st.sampled_from([None, 1, 3]))


@settings(deadline=None, max_examples=50)
@CASES
def test_forward_fill_equals_pandas(seed: int, steps: int, limit: int | None) -> None:
    values, observed = example(seed, steps)
    expected = pd.DataFrame(np.where(observed, values, np.nan)).ffill(limit=limit).fillna(0.0)
    np.testing.assert_array_equal(fill_forward(values, observed, limit), expected.to_numpy())


def slow_linear(values: np.ndarray, observed: np.ndarray, limit: int | None) -> np.ndarray:
    out = np.where(observed, values, 0.0)
    for j in range(values.shape[1]):
        known = np.flatnonzero(observed[:, j])
        for left, right in itertools.pairwise(known):
            if right - left - 1 <= (limit if limit is not None else len(values)):
                out[left : right + 1, j] = np.interp(
                    np.arange(left, right + 1), [left, right], values[[left, right], j]
                )
    return out


@settings(deadline=None, max_examples=50)
@CASES
def test_linear_fill_equals_a_slow_reference(seed: int, steps: int, limit: int | None) -> None:
    values, observed = example(seed, steps)
    np.testing.assert_allclose(
        fill_linear(values, observed, limit), slow_linear(values, observed, limit), rtol=1e-12, atol=1e-12
    )


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 8), st.sampled_from([None, 2]))
def test_seasonal_fill_equals_a_slow_reference(seed: int, steps: int, period: int, limit: int | None) -> None:
    values, observed = example(seed, steps)
    expected = np.where(observed, values, 0.0)
    for j in range(values.shape[1]):
        pattern = np.full(steps, np.nan)
        for phase in range(period):
            rows = np.arange(steps) % period == phase
            if (rows & observed[:, j]).any():
                pattern[rows] = values[rows & observed[:, j], j].mean() - values[observed[:, j], j].mean()
        plain = slow_linear(values[:, [j]], observed[:, [j]], limit)[:, 0]
        line = slow_linear((values[:, j] - np.nan_to_num(pattern))[:, None], observed[:, [j]], limit)[:, 0]
        line = np.where(np.isnan(pattern), plain, line + pattern)
        reach = slow_linear(np.ones((steps, 1)), observed[:, [j]], limit)[:, 0] > 0
        expected[:, j] = np.where(observed[:, j], values[:, j], np.where(reach, line, 0.0))
    np.testing.assert_allclose(fill_seasonal(values, observed, period, limit), expected, rtol=1e-9, atol=1e-9)


def test_seasonal_fill_restores_a_season_on_a_trend() -> None:
    steps = np.arange(80.0)
    truth = (0.1 * steps + np.sin(2 * np.pi * steps / 8))[:, None]
    observed = np.ones((80, 1), bool)
    observed[41:47] = False
    assert np.abs(fill_seasonal(truth, observed, 8) - truth).max() < 0.15
    assert np.abs(fill_linear(truth, observed) - truth).max() > 0.8


@pytest.mark.parametrize("fill", [fill_forward, fill_linear])
def test_type_is_kept_and_input_untouched(fill) -> None:
    values, observed = example(1, 20)
    values = values.astype(np.float32)
    before = values.copy()
    assert fill(values, observed).dtype == np.float32
    np.testing.assert_array_equal(values, before)
