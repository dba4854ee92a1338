"""Time of day and weekday on the wall clock, on integer axes, and of weekdays never seen."""

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.graphs.clock import Clock, weekday_stand_ins
from fourfold.domains.graphs.signals.reading import read_signals


def clock_of(index: pd.Index, **options: object) -> Clock:
    frame = pd.DataFrame({"a": np.arange(len(index), dtype=float), "b": 1.0}, index=index)
    return Clock.of(read_signals(frame, **options).panel, 3)


def test_five_minutes() -> None:
    clock = clock_of(pd.date_range("2024-03-03 23:50", periods=4, freq="5min"))
    assert clock.steps_per_day == 288 and list(clock.slot) == [286, 287, 0, 1, 2, 3, 4]
    np.testing.assert_allclose(clock.time_of_day, clock.slot / 288, rtol=1e-6)
    assert list(clock.weekday) == [6, 6, 0, 0, 0, 0, 0]


def test_summer_time_moves_the_clock_not_the_axis() -> None:
    clock = clock_of(pd.date_range("2024-03-31", periods=4, freq="h", tz="Europe/Berlin"))
    assert list(clock.slot) == [0, 1, 3, 4, 5, 6, 7]


def test_days_have_no_time_of_day() -> None:
    clock = clock_of(pd.date_range("2024-03-08", periods=4, freq="D"))
    assert clock.steps_per_day == 1 and not clock.time_of_day.any()
    assert list(clock.weekday) == [4, 5, 6, 0, 1, 2, 3]


def test_an_integer_axis_has_periods_for_days() -> None:
    clock = clock_of(pd.Index([8, 10, 12, 14, 16], name="ds"), freq=2, period=6)
    assert clock.steps_per_day == 6 and list(clock.slot) == [4, 5, 0, 1, 2, 3, 4, 5]
    assert not clock.weekday.any()


@pytest.mark.parametrize("steps", [7, 72, 96, 144, 288, 1440])
def test_slots_survive_single_precision(steps: int) -> None:
    clock = Clock((np.arange(3 * steps) % steps / steps).astype(np.float32), np.zeros(3 * steps, int), steps)
    np.testing.assert_array_equal(clock.slot, np.arange(3 * steps) % steps)


def test_weekdays_never_seen_are_read_as_the_nearest_of_their_kind() -> None:
    assert list(weekday_stand_ins(np.array([0, 3, 4, 5, 6]))) == [0, 0, 3, 3, 4, 5, 6]
    assert list(weekday_stand_ins(np.array([1, 5]))) == [1, 1, 1, 1, 1, 5, 5]
    assert list(weekday_stand_ins(np.array([6, 6]))) == [6] * 7
