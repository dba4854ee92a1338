"""Long frames come back as they were: ids, order, types, time zone, index."""

import datetime

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.panels.long_frame import key_columns, to_long
from fourfold.shared.panels.reading import read_panel
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

FREQS = st.sampled_from(["h", "15min", "D", "B", "W-SUN", "MS", "QE"])
ZONES = st.sampled_from(
    [None, "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
)
KINDS = st.sampled_from(["str", "int", "category", "object"])
VALUES = st.sampled_from(["float64", "float32", "int64", "Int64", "Float64", "uint8", "int16"])


@st.composite
def long_frames(draw: st.DrawFn) -> pd.DataFrame:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, steps, freq, zone = draw(st.integers(1, 4)), draw(st.integers(3, 30)), draw(FREQS), draw(ZONES)
    unit = draw(st.sampled_from(["s", "us", "ns"]))
    time = pd.date_range("2023-10-27", periods=steps, freq=freq, tz=zone, unit=unit)
    kind, values = draw(KINDS), draw(VALUES)
    names = rng.permutation([f"s{number}" for number in range(count)])
    parts = []
    for number, name in enumerate(names):
        # the step must be told by the data: the first series spans everything
        first, last = (0, steps) if number == 0 else (rng.integers(0, steps - 1), steps)
        numbers = (
            rng.integers(0, 200, last - first) if "nt" in values else rng.normal(size=last - first) * 1e3
        )
        key = int(name[1:]) * 7 if kind == "int" else name
        parts.append(pd.DataFrame({"unique_id": key, "ds": time[first:last], "y": numbers}))
    frame = pd.concat(parts, ignore_index=True)
    frame["y"] = frame["y"].astype(values)
    if kind == "category":
        frame["unique_id"] = frame["unique_id"].astype(pd.CategoricalDtype(sorted(names, reverse=True)))
    if kind == "object":
        frame["unique_id"] = frame["unique_id"].astype(object)
    if draw(st.booleans()):
        frame = frame.sample(frac=1, random_state=0)
    if draw(st.booleans()):
        frame = frame[["ds", "y", "unique_id"]]
    return frame


@settings(deadline=None, max_examples=60)
@given(long_frames())
def test_round_trip_is_lossless(frame: pd.DataFrame) -> None:
    before = frame.copy()
    panel = read_panel(frame, period=1)
    assert_frame_equal(to_long(panel), frame)
    assert_frame_equal(frame, before)
    assert panel.values.dtype == np.float32 and panel.values.flags.c_contiguous
    assert np.isfinite(panel.values).all() and not panel.values[~panel.observed].any()
    assert panel.time.is_monotonic_increasing and getattr(panel.time, "tz", None) is None


def hours(zone: str, start: str, count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unique_id": "a",
            "ds": pd.date_range(start, periods=count, freq="h", tz=zone),
            "y": np.arange(count, dtype=float),
        }
    )


def test_doubled_hour_of_an_october_night_stays_two_hours() -> None:
    frame = hours("Europe/Berlin", "2023-10-28 20:00", 12)
    walls = frame["ds"].dt.tz_localize(None)
    assert walls.duplicated().sum() == 1  # 02:00 summer time and 02:00 winter time
    panel = read_panel(frame)
    assert panel.n_steps == 12 and panel.timezone == "Europe/Berlin" and not panel.local
    assert_frame_equal(to_long(panel), frame)
    ahead = key_columns(panel, [0, 0], panel.future_time(11, 2))
    expected = pd.date_range(frame["ds"].iloc[-1], periods=3, freq="h")[1:]
    assert list(ahead["ds"]) == list(expected)


def test_skipped_hour_of_a_march_night_is_no_gap() -> None:
    frame = hours("Europe/Berlin", "2024-03-30 20:00", 12)
    panel = read_panel(frame)
    assert panel.n_steps == 12 and panel.observed.all()
    assert_frame_equal(to_long(panel), frame)


def test_local_days_stay_days_across_daylight_saving() -> None:
    days = pd.date_range("2023-10-20", periods=20, freq="D", tz="Europe/Berlin")
    frame = pd.DataFrame({"unique_id": 1, "ds": days, "y": np.arange(20.0)})
    panel = read_panel(frame)
    assert panel.local and panel.freq == "D" and panel.n_steps == 20
    assert_frame_equal(to_long(panel), frame)
    ahead = key_columns(panel, [0], panel.future_time(19, 1))["ds"].iloc[0]
    assert ahead == pd.Timestamp("2023-11-09", tz="Europe/Berlin")


def test_utc_days_seen_from_a_zone_run_on_utc() -> None:
    days = pd.date_range("2023-10-20", periods=20, freq="D", tz="UTC").tz_convert("Europe/Berlin")
    frame = pd.DataFrame({"unique_id": 1, "ds": days, "y": np.arange(20.0)})
    panel = read_panel(frame)
    assert not panel.local and panel.freq == "D"
    assert_frame_equal(to_long(panel), frame)


def test_naive_local_times_are_placed_in_their_zone() -> None:
    frame = hours("Europe/Berlin", "2023-06-01", 5)
    naive = frame.assign(ds=frame["ds"].dt.tz_localize(None))
    panel = read_panel(naive, timezone="Europe/Berlin")
    assert list(panel.time) == list(read_panel(frame).time)
    assert panel.timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    "texts",
    [
        [f"2024-01-01 {hour:02d}:00" for hour in range(6)],
        [f"2024-01-01T{hour:02d}:00:00" for hour in range(6)],
        [f"2024-01-01T{hour:02d}:00:00Z" for hour in range(6)],
        [f"{day:02d}.01.2024" for day in range(9, 15)],
        [f"{day}/1/2024" for day in range(9, 15)],
        [f"202401{day:02d}" for day in range(10, 16)],
    ],
)
def test_texts_as_dates_come_back_as_they_were_written(texts: list[str]) -> None:
    frame = pd.DataFrame({"unique_id": "a", "ds": texts, "y": np.arange(6.0)})
    panel = read_panel(frame)
    assert panel.freq in ("h", "D")
    assert_frame_equal(to_long(panel), frame)


def test_python_dates_periods_and_integers_as_time() -> None:
    dates = [datetime.date(2024, 1, day) for day in range(1, 8)]
    periods = pd.period_range("2024-01", periods=7, freq="M")
    for time, freq, period in ((dates, "D", 7), (periods, "MS", 12), (np.arange(7, dtype="int32") * 2, 2, 3)):
        frame = pd.DataFrame({"unique_id": "a", "ds": time, "y": np.arange(7.0)})
        panel = read_panel(frame, period=period)
        assert (panel.freq, panel.period) == (freq, period)
        assert_frame_equal(to_long(panel), frame)


def test_renamed_columns_and_single_series_and_index() -> None:
    frame = hours("UTC", "2024-01-01", 6).rename(columns={"unique_id": "shop", "ds": "when", "y": "sales"})
    panel = read_panel(frame, id_col="shop", time_col="when", target_col="sales")
    assert_frame_equal(to_long(panel), frame)
    single = hours("UTC", "2024-01-01", 6).drop(columns="unique_id")
    assert read_panel(single).series == ("y",)
    assert_frame_equal(to_long(read_panel(single)), single)
    keyed = hours("UTC", "2024-01-01", 6).set_index(["unique_id", "ds"])
    assert_frame_equal(to_long(read_panel(keyed)), keyed)
    by_time = hours("UTC", "2024-01-01", 6).set_index("ds")
    assert_frame_equal(to_long(read_panel(by_time)), by_time)


def test_gaps_come_back_as_they_were_under_mask() -> None:
    frame = hours("UTC", "2024-01-01", 10)
    frame.loc[3, "y"] = np.nan
    frame = frame.drop(index=[5, 6])
    panel = read_panel(frame, missing="mask")
    assert panel.n_steps == 10 and list(np.flatnonzero(~panel.observed[:, 0])) == [3, 5, 6]
    assert_frame_equal(to_long(panel), frame)


def test_integers_beyond_float32_come_back_digit_for_digit() -> None:
    frame = hours("UTC", "2024-01-01", 4).assign(y=np.array([2**53 - 1, 16_777_217, -3, 0]))
    assert_frame_equal(to_long(read_panel(frame)), frame)


def test_changed_cells_show_the_change() -> None:
    frame = hours("UTC", "2024-01-01", 4).assign(y=[0.1, 0.2, 0.3, 0.4])
    panel = read_panel(frame)
    panel.values[1, 0] = 7.5
    assert list(to_long(panel)["y"]) == [0.1, 7.5, 0.3, 0.4]


def test_covariates_come_back_with_the_frame() -> None:
    frame = hours("UTC", "2024-01-01", 6).assign(load=np.arange(6) / 7, holiday=[0, 1, 0, 0, 1, 0], area=3)
    panel = read_panel(frame, past=["load"], future=["holiday"], static=["area"])
    assert panel.past["load"].shape == panel.future["holiday"].shape == (6, 1)
    assert panel.static["area"].tolist() == [3.0]
    assert_frame_equal(to_long(panel), frame)


def test_panel_without_a_frame_writes_the_usual_columns() -> None:
    panel = read_panel(np.arange(6.0).reshape(3, 2), period=1)
    frame = to_long(panel)
    assert list(frame.columns) == ["unique_id", "ds", "y"]
    assert frame["y"].tolist() == [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]
    assert frame["unique_id"].tolist() == ["y0"] * 3 + ["y1"] * 3


def test_selected_series_write_only_their_rows() -> None:
    frame = pd.concat([hours("UTC", "2024-01-01", 4), hours("UTC", "2024-01-01", 4).assign(unique_id="b")])
    frame = frame.reset_index(drop=True)
    panel = read_panel(frame).select_series([1])
    assert_frame_equal(to_long(panel), frame[frame["unique_id"] == "b"].reset_index(drop=True))
    rows = to_long(read_panel(frame).select_rows(slice(1, 3)))
    assert rows["y"].tolist() == [1.0, 2.0, 1.0, 2.0]
