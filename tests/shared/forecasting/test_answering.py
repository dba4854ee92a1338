"""Complete answers: rolled beyond the model's horizon, exact for constants, quantiles anywhere."""

from dataclasses import dataclass

import numpy as np
import pytest
from fourfold.domains.timeseries.models.naive import LastValue
from fourfold.shared.errors import InputError
from fourfold.shared.forecasting.answering import answer, hold_constants, quantiles_at, roll
from fourfold.shared.forecasting.conformal import ConformalIntervals
from fourfold.shared.forecasting.prediction import Prediction
from fourfold.shared.forecasting.windows import Windows
from scipy.stats import norm


@dataclass
class Counter:
    """y_t = y_(t-1) + 1, with the sum of its future covariate as a second part."""

    max_horizon: int | None = 3

    def predict(self, windows: Windows) -> Prediction:
        assert self.max_horizon is None or windows.horizon <= self.max_horizon
        steps = np.arange(1, windows.horizon + 1)
        trend = (windows.context[:, -1:] + steps).astype(np.float32)
        if windows.future is None:
            return Prediction(trend, components={"trend": trend})
        length = windows.context.shape[1]
        return Prediction(trend + 100 * windows.future[:, length:, 0])


def windows_of(context: list[list[float]], horizon: int, future: np.ndarray | None = None) -> Windows:
    array = np.array(context, dtype=np.float32)
    zeros = np.zeros(len(array), np.int64)
    return Windows(array, np.ones(array.shape, bool), zeros, zeros, horizon, 4, future=future)


def test_rolling_feeds_forecasts_back() -> None:
    rolled = roll(Counter(), windows_of([[1, 2, 3], [7, 8, 9]], 8))
    np.testing.assert_array_equal(rolled.point, [np.arange(4, 12), np.arange(10, 18)])
    np.testing.assert_array_equal(rolled.components["trend"], rolled.point)


def test_rolling_moves_future_covariates_along() -> None:
    future = np.zeros((1, 3 + 5, 1), np.float32)
    future[0, 3 + 4] = 1  # the fifth step ahead
    rolled = roll(Counter(2), windows_of([[1, 2, 3]], 5, future))
    np.testing.assert_array_equal(rolled.point, [[4, 5, 6, 7, 108]])


def test_constants_are_kept_whatever_the_model_says() -> None:
    given = windows_of([[0.1, 0.1, 0.1], [1, 2, 3]], 2)
    answered = answer(Counter(), given)
    np.testing.assert_array_equal(answered.point, np.array([[0.1, 0.1], [4, 5]], np.float32))
    np.testing.assert_array_equal(answered.components["trend"], answered.point)


def test_a_constant_is_all_trend_in_whatever_order_parts_come() -> None:
    parts = {"season": np.ones((1, 2), np.float32), "trend": np.ones((1, 2), np.float32)}
    given = windows_of([[5, 5, 5]], 2)
    held = hold_constants(Prediction(np.full((1, 2), 2, np.float32), components=parts), given)
    assert (held.point == 5).all() and (held.components["trend"] == 5).all()
    assert (held.components["season"] == 0).all() and (parts["season"] == 1).all()


def test_quantiles_of_a_normal_are_found_between_and_beyond_the_known() -> None:
    known, wanted = (0.1, 0.5, 0.9), (0.025, 0.2, 0.5, 0.975)
    table = np.broadcast_to(3 + 2 * norm.ppf(known), (2, 5, 3)).astype(np.float32)
    np.testing.assert_allclose(quantiles_at(table, known, wanted)[1, 4], 3 + 2 * norm.ppf(wanted), rtol=1e-5)
    assert quantiles_at(table, known, known) is table


def test_intervals_nobody_can_give_are_refused() -> None:
    with pytest.raises(InputError, match="no intervals"):
        answer(Counter(), windows_of([[1, 2, 3]], 2), (0.1, 0.9))


@pytest.mark.filterwarnings("error")
def test_quantiles_that_overflow_do_so_in_silence() -> None:
    table = np.array([[[-3e38, 0, 3e38]]], dtype=np.float32)
    assert np.isinf(quantiles_at(table, (0.1, 0.5, 0.9), (0.001, 0.5, 0.999))[0, 0, [0, 2]]).all()


def test_one_step_of_context_is_no_constant() -> None:
    intervals = ConformalIntervals.calibrate(np.zeros((0, 2)), np.zeros((0, 2), bool))
    zeros = np.zeros(1, np.int64)
    alone = Windows(np.ones((1, 1), np.float32), np.ones((1, 1), bool), zeros, zeros + 8, horizon=2, period=1)
    with pytest.raises(InputError, match="no intervals"):
        answer(LastValue(), alone, (0.1, 0.9), intervals)
    assert LastValue().lookback(1, 2) > 1
