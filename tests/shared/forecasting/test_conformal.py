"""Conformal intervals: finite-sample corrected, nested, scaled, exact for constants."""

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.errors import InputError, InputWarning
from fourfold.shared.forecasting.calibration import calibrate
from fourfold.shared.forecasting.conformal import ConformalIntervals, context_scale
from fourfold.shared.forecasting.prediction import Prediction
from fourfold.shared.forecasting.windows import Windows
from fourfold.shared.panels.panel import Panel
from hypothesis import given
from hypothesis import strategies as st


def windows_of(context: np.ndarray, observed: np.ndarray | None = None) -> Windows:
    context = np.asarray(context, dtype=np.float32)
    zeros = np.zeros(len(context), np.int64)
    seen = np.ones(context.shape, bool) if observed is None else observed
    return Windows(context, seen, zeros, zeros, horizon=2, period=4)


class Last:
    """The last value of the context, at every lead."""

    max_horizon = None

    def predict(self, windows: Windows) -> Prediction:
        return Prediction(windows.context[:, -1:].repeat(windows.horizon, axis=1))


def test_quantiles_are_the_corrected_order_statistics() -> None:
    residuals = np.arange(1.0, 10.0)[::-1, None]  # 9 values: 80 % needs ranks 1 and 9 of 10
    intervals = ConformalIntervals.calibrate(residuals, np.ones((9, 1), bool))
    answered = intervals.quantiles(np.zeros((1, 1), np.float32), np.ones(1), (0.1, 0.5, 0.9))
    np.testing.assert_allclose(answered[0, 0], [1, 5, 9])


def test_coverage_is_at_least_nominal_on_exchangeable_data() -> None:
    generator = np.random.default_rng(0)
    covered = []
    for _ in range(400):
        errors = generator.gamma(2, size=(50, 1))  # skewed: both sides must be right
        intervals = ConformalIntervals.calibrate(errors[:-1], np.ones((49, 1), bool))
        low, high = intervals.quantiles(np.zeros((1, 1), np.float32), np.ones(1), (0.1, 0.9))[0, 0]
        covered.append(low <= errors[-1, 0] <= high)
    assert 0.76 < np.mean(covered) < 0.86  # 0.8 + at most 2/50, three standard errors of 0.02


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
@pytest.mark.filterwarnings("ignore::fourfold.shared.errors.InputWarning")
def test_quantiles_never_cross_and_grow_with_the_scale(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    usable = generator.random((count, 3)) < 0.9
    usable[0, 0] = True  # without any window there is nothing to answer from, which is told
    intervals = ConformalIntervals.calibrate(generator.normal(size=(count, 3)), usable)
    point = generator.normal(size=(4, 5)).astype(np.float32)
    levels = (0.025, 0.1, 0.3, 0.5, 0.77, 0.9, 0.975)
    answered = intervals.quantiles(point, np.array([0.0, 1, 2, 1e-6]), levels)
    assert answered.dtype == np.float32 and (np.diff(answered, axis=-1) >= 0).all()
    np.testing.assert_array_equal(answered[0], np.repeat(point[0][:, None], 7, axis=1))


def test_few_windows_are_told() -> None:
    intervals = ConformalIntervals.calibrate(np.arange(5.0)[:, None], np.ones((5, 1), bool))
    with pytest.warns(InputWarning, match="only 5 calibration windows"):
        intervals.quantiles(np.zeros((1, 1)), np.ones(1), (0.025, 0.975))


def test_leads_beyond_the_calibrated_ones_get_wider_intervals() -> None:
    intervals = ConformalIntervals.calibrate(
        np.tile(np.linspace(-1, 1, 99), (2, 1)).T, np.ones((99, 2), bool)
    )
    answered = intervals.quantiles(np.zeros((1, 8)), np.ones(1), (0.1, 0.9))
    width = answered[0, :, 1] - answered[0, :, 0]
    np.testing.assert_allclose(width[2:] / width[1], np.sqrt(np.arange(3, 9) / 2), rtol=1e-6)


def test_scale_is_the_deviation_of_what_was_observed() -> None:
    context = np.array([[1, 2, 3, 100], [0.1, 0.1, 0.1, 0.1]])
    seen = np.array([[True, True, True, False], [True] * 4])
    np.testing.assert_array_equal(context_scale(windows_of(context, seen))[1], 0)
    assert context_scale(windows_of(context, seen))[0] == pytest.approx(np.std([1, 2, 3]))


def test_state_round_trip() -> None:
    made = ConformalIntervals.calibrate(np.random.default_rng(1).normal(size=(30, 2)), np.ones((30, 2), bool))
    again = ConformalIntervals.from_state(made.state())
    np.testing.assert_array_equal(made.errors, again.errors)
    assert again.count == made.count == 30


def test_models_with_quantiles_of_their_own_are_asked_once_only() -> None:
    asked = []

    class Native:
        max_horizon = None

        def predict(self, windows: Windows) -> Prediction:
            asked.append(len(windows))
            point = windows.context[:, -1:].repeat(windows.horizon, axis=1)
            return Prediction(point, point[..., None].repeat(2, axis=-1), (0.1, 0.9))

    values = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    panel = Panel(values, np.ones(values.shape, bool), pd.RangeIndex(50), ("a", "b", "c"), 1, 4)
    assert calibrate(Native(), panel, slice(20, 50), lookback=4, minimum=4, horizon=2) is None
    assert asked == [1]


@pytest.mark.filterwarnings("error")
def test_no_windows_are_refused_but_for_constants() -> None:
    nothing = ConformalIntervals.calibrate(np.zeros((3, 2)), np.zeros((3, 2), bool), needed=26)
    assert ConformalIntervals.from_state(nothing.state()).needed == 26
    with pytest.raises(InputError, match="at least 26 steps"):
        nothing.quantiles(np.zeros((2, 2)), np.array([0.0, 1.0]), (0.1, 0.9))
    answered = nothing.quantiles(np.full((1, 2), 7.0), np.zeros(1), (0.1, 0.9))
    np.testing.assert_array_equal(answered, 7)


def test_a_first_lead_without_errors_is_not_certain() -> None:
    usable = np.array([[False, True]] * 9)
    made = ConformalIntervals.calibrate(np.arange(18.0).reshape(9, 2), usable)
    np.testing.assert_array_equal(made.errors[0], made.errors[1])


def test_the_count_is_that_of_the_lead_with_the_fewest_windows() -> None:
    usable = np.ones((9, 2), bool)
    usable[3:, 1] = False
    assert ConformalIntervals.calibrate(np.zeros((9, 2)), usable).count == 3


def test_gaps_among_the_targets_are_no_errors() -> None:
    values = (50 + np.arange(60) % 2).astype(np.float32)[:, None]
    seen = np.ones(values.shape, bool)
    seen[30::7] = False
    panel = Panel(np.where(seen, values, 0), seen, pd.RangeIndex(60), ("a",), 1, 2)
    made = calibrate(Last(), panel, slice(20, 60), lookback=8, minimum=4, horizon=2)
    assert made is not None and np.abs(made.errors).max() < 10


def test_panels_too_short_to_calibrate_are_told_how_long() -> None:
    values = np.arange(4, dtype=np.float32)[:, None]
    panel = Panel(values, np.ones(values.shape, bool), pd.RangeIndex(4), ("a",), 1, 4)
    for minimum in (1, 4):
        made = calibrate(Last(), panel, slice(0, 4), lookback=4, minimum=minimum, horizon=3)
        assert made is not None and made.needed == 3 + max(minimum, 2)
        with pytest.raises(InputError, match=f"at least {made.needed} steps"):
            made.quantiles(np.zeros((1, 3)), np.ones(1), (0.1, 0.9))
