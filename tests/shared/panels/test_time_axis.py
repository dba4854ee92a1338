"""Steps told from stamps with gaps."""

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.errors import InputError
from fourfold.shared.panels.time_axis import infer_frequency, make_axis, steps_after
from hypothesis import given, settings
from hypothesis import strategies as st

ALIASES = [
    "h",
    "2h",
    "15min",
    "10s",
    "D",
    "B",
    "W-WED",
    "MS",
    "ME",
    "QS-JAN",
    "QE-DEC",
    "YS-JAN",
    "YE-DEC",
    "2MS",
]


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(ALIASES), st.integers(30, 90), st.integers(0, 2**32 - 1))
def test_step_is_found_in_spite_of_gaps(freq: str, count: int, seed: int) -> None:
    full = pd.date_range("2020-01-01", periods=count, freq=freq).to_numpy()
    kept = np.random.default_rng(seed).random(count) > 0.2
    kept[[0, -1]] = True
    stamps = full[kept]
    assert infer_frequency(stamps, np.diff(stamps).astype(np.int64)) == freq
    axis = make_axis(stamps, np.diff(stamps).astype(np.int64), None, "ds")
    np.testing.assert_array_equal(axis.time.to_numpy(), full)
    np.testing.assert_array_equal(axis.positions, np.flatnonzero(kept))


def test_working_week_without_a_weekend_step_is_daily() -> None:
    stamps = pd.date_range("2024-01-01", periods=5, freq="D").to_numpy()
    assert infer_frequency(stamps, np.diff(stamps).astype(np.int64)) == "D"


def test_four_weeks_are_not_a_month() -> None:
    stamps = pd.date_range("2024-01-01", periods=8, freq="28D").to_numpy()
    assert infer_frequency(stamps, np.diff(stamps).astype(np.int64)) == "4W-MON"


def test_integer_axis_keeps_its_step_and_type() -> None:
    axis = make_axis(np.array([10, 15, 25]), np.array([5, 10]), None, "t")
    assert axis.freq == 5
    assert list(axis.time) == [10, 15, 20, 25]
    assert list(steps_after(axis.time, 5, 4, 2)) == [30, 35]


@pytest.mark.parametrize(
    ("freq", "stamps"), [("h", np.array([1, 2])), (2, np.array(["2024-01-01"], "M8[s]"))]
)
def test_step_of_the_wrong_kind_is_refused(freq: str | int, stamps: np.ndarray) -> None:
    with pytest.raises(InputError, match="holds"):
        make_axis(stamps, np.array([1]), freq, "ds")


def test_stamps_off_the_grid_name_the_first() -> None:
    stamps = np.array(["2024-01-01T00", "2024-01-01T01", "2024-01-01T02", "2024-01-01T02:30"], "M8[s]")
    with pytest.raises(InputError, match=r"2024-01-01 02:30:00.*grid of h") as caught:
        make_axis(stamps, np.diff(stamps).astype(np.int64), None, "ds")
    assert caught.value.field == "ds"


def test_one_stamp_asks_for_freq() -> None:
    with pytest.raises(InputError, match="Pass freq="):
        make_axis(np.array(["2024-01-01"], "M8[s]"), np.array([], np.int64), None, "ds")


def test_coarse_stamps_become_finer_for_a_fine_step() -> None:
    stamps = np.array(["2024-01-01T00:00:00", "2024-01-01T00:00:01"], "M8[s]")
    axis = make_axis(stamps, np.array([1]), "500ms", "ds")
    assert len(axis.time) == 3
