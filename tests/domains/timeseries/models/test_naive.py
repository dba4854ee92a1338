"""Naive forecasts against what they say they are, with and without gaps."""

import numpy as np
import pytest
from fourfold.domains.timeseries.models.naive import LastValue, SeasonalNaive, SlotMean
from fourfold.shared.forecasting.windows import Windows


def windows_of(context: list[list[float]], horizon: int, missing: tuple[int, ...] = ()) -> Windows:
    array = np.array(context, dtype=np.float32)
    seen = np.ones(array.shape, bool)
    seen[:, list(missing)] = False
    zeros = np.zeros(len(array), np.int64)
    return Windows(array, seen, zeros, zeros, horizon, period=3)


def test_seasonal_naive_repeats_the_last_season() -> None:
    answered = SeasonalNaive().predict(windows_of([[0, 1, 2, 3, 4, 5]], 7)).point
    np.testing.assert_array_equal(answered, [[3, 4, 5, 3, 4, 5, 3]])
    assert answered.dtype == np.float32


def test_seasonal_naive_looks_further_back_over_a_gap() -> None:
    answered = SeasonalNaive().predict(windows_of([[0, 1, 2, 3, 99, 5]], 3, missing=(4,))).point
    np.testing.assert_array_equal(answered, [[3, 1, 5]])


def test_seasonal_naive_takes_the_filled_value_of_a_slot_never_seen() -> None:
    answered = SeasonalNaive().predict(windows_of([[0, 7, 2, 3, 8, 5]], 3, missing=(1, 4))).point
    np.testing.assert_array_equal(answered, [[3, 8, 5]])


def test_contexts_need_not_be_whole_seasons() -> None:
    answered = SeasonalNaive().predict(windows_of([[9, 1, 2, 3]], 4)).point
    np.testing.assert_array_equal(answered, [[1, 2, 3, 1]])


def test_slot_mean_is_the_mean_of_observed_values_of_a_slot() -> None:
    answered = SlotMean().predict(windows_of([[0, 1, 2, 4, 99, 6]], 4, missing=(4,))).point
    np.testing.assert_array_equal(answered, [[2, 1, 4, 2]])


def test_last_value_is_the_last_observed() -> None:
    answered = LastValue().predict(windows_of([[1, 2, 3, 50]], 2, missing=(3,))).point
    np.testing.assert_array_equal(answered, [[3, 3]])


def test_drift_follows_the_line_from_first_to_last() -> None:
    model = LastValue(drift=True)
    assert model.name == "drift"
    np.testing.assert_allclose(model.predict(windows_of([[1, 9, 5, 7]], 2)).point, [[9, 11]])
    np.testing.assert_allclose(model.predict(windows_of([[0, 1, 2, 0]], 2, missing=(3,))).point, [[4, 5]])


@pytest.mark.parametrize("model", [LastValue(), LastValue(drift=True), SeasonalNaive(), SlotMean()])
def test_constants_come_back_exactly_and_rows_do_not_mix(model: LastValue) -> None:
    context = np.random.default_rng(0).normal(size=(50, 12)).tolist()
    context[7] = [0.1] * 12
    whole = model.predict(windows_of(context, 5)).point
    assert (whole[7] == np.float32(0.1)).all()
    for row in (0, 7, 49):
        np.testing.assert_array_equal(model.predict(windows_of([context[row]], 5)).point[0], whole[row])
