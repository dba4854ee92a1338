"""Calendar covariates on the clock of the time zone."""

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.errors import InputError
from fourfold.shared.panels.calendar import calendar_features, calendar_names, calendar_parts, panel_calendar
from fourfold.shared.panels.reading import read_panel


@pytest.mark.parametrize(
    ("freq", "parts"),
    [
        ("15min", ("time_of_day", "weekday", "day_of_year")),
        ("D", ("weekday", "day_of_year")),
        ("W-MON", ("day_of_year",)),
        ("QS", ("month",)),
        ("YS", ()),
        (1, ()),
    ],
)
def test_parts_that_change_from_step_to_step(freq: str | int, parts: tuple[str, ...]) -> None:
    assert calendar_parts(freq) == parts


def test_angles_are_those_of_the_local_clock() -> None:
    time = pd.DatetimeIndex(["2024-07-01 04:00"])  # 06:00 in Berlin, a Monday, day 183 of 366
    made = calendar_features(
        time, ("time_of_day", "weekday", "day_of_year", "month"), timezone="Europe/Berlin"
    )
    angles = 2 * np.pi * np.array([0.25, 0.0, 182 / 366, 0.5])
    np.testing.assert_allclose(made[0], np.stack([np.sin(angles), np.cos(angles)], 1).ravel(), atol=1e-6)
    assert made.dtype == np.float32
    assert calendar_names(("month",)) == ("month_sin", "month_cos")


def test_panel_calendar_reaches_ahead() -> None:
    index = pd.date_range("2024-03-30", periods=48, freq="h", tz="Europe/Berlin")
    panel = read_panel(pd.DataFrame({"ds": index, "y": np.arange(48.0)}))
    made = panel_calendar(panel, ahead=24)
    hours = pd.date_range("2024-03-30", periods=72, freq="h", tz="Europe/Berlin").hour.to_numpy()
    np.testing.assert_allclose(made[:, 0], np.sin(2 * np.pi * hours / 24), atol=1e-6)
    assert made.shape == (72, 6)
    assert panel_calendar(read_panel(np.arange(4.0), period=1)).shape == (4, 0)


def test_integers_and_unknown_parts_are_refused() -> None:
    with pytest.raises(InputError, match="no calendar"):
        calendar_features(pd.Index([1, 2]), ("month",))
    with pytest.raises(InputError, match="moon"):
        calendar_features(pd.date_range("2024", periods=2, freq="D"), ("moon",))
