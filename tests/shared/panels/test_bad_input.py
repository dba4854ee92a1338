"""Every kind of bad input that reading meets, and the sentence it gets."""

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.errors import InputError, InputWarning
from fourfold.shared.panels.reading import read_panel


def frame(steps: int = 8, names: tuple[str, ...] = ("a", "b"), freq: str = "h") -> pd.DataFrame:
    time = pd.date_range("2024-01-01", periods=steps, freq=freq)
    return pd.concat(
        [pd.DataFrame({"unique_id": name, "ds": time, "y": np.arange(steps) + 1.0}) for name in names],
        ignore_index=True,
    )


def refused(data, **options) -> InputError:
    with pytest.raises(InputError) as caught:
        read_panel(data, **options)
    return caught.value


def test_nan_in_target_names_series_and_first_time() -> None:
    bad = frame()
    bad.loc[[11, 13], "y"] = np.nan
    error = refused(bad)
    assert error.field == "y" and error.where == "series 'b', 2024-01-01 03:00:00"
    assert error.problem.startswith("2 values are missing") and "missing=" in (error.remedy or "")


@pytest.mark.parametrize("missing", ["mask", "interpolate", "seasonal"])
def test_nan_in_target_is_accepted_on_request(missing) -> None:
    bad = frame()
    bad.loc[11, "y"] = np.nan
    panel = read_panel(bad, missing=missing)
    assert np.isfinite(panel.values).all()
    assert panel.observed[3, 1] == (missing != "mask")
    assert panel.values[3, 1] == (0.0 if missing == "mask" else 4.0)


@pytest.mark.parametrize("missing", ["raise", "mask", "interpolate"])
@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e39])
def test_infinite_and_too_large_values_always_raise(value: float, missing) -> None:
    bad = frame()
    bad.loc[11, "y"] = value
    error = refused(bad, missing=missing)
    assert error.field == "y" and error.where == "row 11"


def test_whole_numbers_beyond_all_floats_are_named_by_row() -> None:
    bad = frame().astype({"y": object})
    bad.loc[:, "y"] = [1, None, -(10**400)] + [2] * (len(bad) - 3)
    error = refused(bad)
    assert error.field == "y" and error.where == "row 2" and "beyond all numbers" in error.problem


def test_irregular_gaps_tell_count_and_first_gap() -> None:
    error = refused(frame().drop(index=[3, 4, 13]))
    assert "3 time steps are missing in 2 of 2 series" in error.problem
    assert error.where == "series 'a', 2024-01-01 03:00:00"
    panel = read_panel(frame().drop(index=[3, 4, 13]), missing="interpolate")
    np.testing.assert_allclose(panel.values[:, 0], np.arange(8) + 1.0)


def test_gap_in_a_zone_is_told_in_its_time() -> None:
    bad = frame().drop(index=[3])
    bad["ds"] = bad["ds"].dt.tz_localize("Europe/Berlin")
    assert refused(bad).where == "series 'a', 2024-01-01 03:00:00+01:00"


def test_series_of_different_length_are_no_gaps() -> None:
    panel = read_panel(frame().drop(index=[8, 9, 15]))
    assert panel.first_rows().tolist() == [0, 2] and panel.last_rows().tolist() == [7, 6]


def test_duplicates_list_up_to_five() -> None:
    bad = pd.concat([frame(), frame().head(7)])
    error = refused(bad)
    assert "7 rows repeat" in error.problem
    assert (error.where or "").count("(a, ") == 5 and (error.where or "").endswith("and 2 more")
    assert "dedupe=" in (error.remedy or "")


@pytest.mark.parametrize(("dedupe", "value"), [("first", 1.0), ("last", 5.0), ("mean", 3.0)])
def test_duplicates_are_settled_on_request(dedupe, value: float) -> None:
    bad = pd.concat([frame(), frame().head(1).assign(y=5.0)], ignore_index=True)
    panel = read_panel(bad, dedupe=dedupe)
    assert panel.values[0, 0] == value and panel.n_steps == 8


def test_unsorted_rows_are_sorted_silently() -> None:
    shuffled = frame().sample(frac=1, random_state=1)
    panel, sound = read_panel(shuffled), read_panel(frame())
    order = [panel.series.index(name) for name in sound.series]
    np.testing.assert_array_equal(panel.values[:, order], sound.values)


def test_zone_is_remembered_and_axis_is_utc() -> None:
    aware = frame()
    aware["ds"] = aware["ds"].dt.tz_localize("Asia/Kolkata")
    panel = read_panel(aware)
    assert panel.timezone == "Asia/Kolkata" and str(panel.time[0]) == "2023-12-31 18:30:00"


def test_unknown_time_zone_is_refused() -> None:
    assert refused(frame(), timezone="Mars/Base").field == "timezone"


def test_ambiguous_hour_without_offset_is_refused() -> None:
    night = pd.DataFrame({"ds": pd.date_range("2023-10-29", periods=5, freq="h"), "y": 1.0})
    assert "offset" in (refused(night, timezone="Europe/Berlin").remedy or "")


def autumn_night() -> pd.DataFrame:
    local = pd.date_range("2023-10-28 12:00", periods=30, freq="h", tz="Europe/Berlin")
    return pd.DataFrame({"ds": [stamp.isoformat() for stamp in local], "y": np.arange(30.0)})


@pytest.mark.filterwarnings("error")
def test_mixed_offsets_come_back_in_the_zone_that_is_named() -> None:
    panel = read_panel(autumn_night(), timezone="Europe/Berlin")
    assert panel.timezone == "Europe/Berlin" and str(panel.time[0]) == "2023-10-28 10:00:00"
    assert panel.n_steps == 30 and panel.observed.all()


def test_mixed_offsets_without_a_zone_are_utc_and_told() -> None:
    with pytest.warns(InputWarning, match=r"UTC; pass timezone=.*--timezone"):
        panel = read_panel(autumn_night())
    assert panel.timezone == "UTC" and str(panel.time[0]) == "2023-10-28 10:00:00"


def test_frequency_without_a_season_asks_for_period() -> None:
    assert "period=" in (refused(frame(freq="7min")).remedy or "")
    assert read_panel(frame(freq="7min"), period=10).period == 10


@pytest.mark.parametrize("freq", ["fortnight", "x"])
def test_unknown_frequency_is_refused(freq: str) -> None:
    assert refused(frame(), freq=freq).field == "freq"


def test_frequency_that_does_not_fit_the_data_is_refused() -> None:
    assert "grid of 2h (given step)" in refused(frame(), freq="2h").problem


@pytest.mark.parametrize("values", [["1", "x"] * 8, [1j] * 16, [object()] * 16, [pd.Timestamp(0)] * 16])
def test_values_that_are_no_numbers_are_refused(values: list) -> None:
    error = refused(frame().assign(y=values))
    assert error.field == "y" and "not numbers" in error.problem
    if values[0] == "1":
        assert error.where == "row 1 ('x')"


def test_objects_that_are_numbers_are_read() -> None:
    mixed = frame().assign(y=pd.Series([1, 2.5, None, 3] * 4, dtype=object))
    assert read_panel(mixed, missing="mask").values[1, 0] == 2.5


def test_integer_time_is_an_axis_of_its_own() -> None:
    data = frame().assign(ds=[1, 2, 3, 4, 5, 6, 7, 8] * 2)
    panel = read_panel(data, period=1)
    assert panel.freq == 1 and list(panel.time) == list(range(1, 9))
    assert "period=" in (refused(data).remedy or "")


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int8", "Int32", "bool"])
def test_number_types_are_computed_in_float32(dtype: str) -> None:
    panel = read_panel(frame().assign(y=pd.Series([0, 1] * 8).astype(dtype)))
    assert panel.values.dtype == np.float32 and panel.values[1, 0] == 1.0


@pytest.mark.parametrize("kind", ["past", "future", "static"])
def test_nan_in_a_covariate_raises(kind: str) -> None:
    bad = frame().assign(x=1.0)
    bad.loc[11, "x"] = np.nan
    error = refused(bad, **{kind: ["x"]})
    assert error.field == "x" and "series 'b'" in (error.where or "")


def test_static_covariate_that_changes_raises() -> None:
    error = refused(frame().assign(x=range(16)), static=["x"])
    assert "changes" in error.problem and error.where == "row 1, series 'a'"


def test_missing_column_suggests_the_nearest() -> None:
    error = refused(frame(), target_col="yy")
    assert error.field == "yy" and "Did you mean 'y'" in (error.remedy or "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda data: data.assign(unique_id=[None, *data["unique_id"][1:]]), "unique_id"),
        (lambda data: data.assign(ds=[pd.NaT, *data["ds"][1:]]), "ds"),
        (lambda data: data.assign(ds=["yesterday", *data["ds"][1:].astype(str)]), "ds"),
        (lambda data: data.assign(ds=np.arange(16) / 2), "ds"),
        (lambda data: data.head(0), "y"),
        (lambda data: data.assign(y=np.nan), "y"),
        (lambda data: data.head(1), "ds"),
        (lambda data: pd.concat([data, data[["y"]]], axis=1), "y"),
    ],
)
def test_broken_keys_and_empty_frames_are_refused(change, field: str) -> None:
    assert refused(change(frame())).field == field


def test_a_series_without_any_value_is_refused_under_mask() -> None:
    bad = frame()
    bad.loc[bad["unique_id"] == "b", "y"] = np.nan
    assert refused(bad, missing="mask").where == "series 'b'"


def test_dates_that_read_two_ways_are_refused() -> None:
    data = pd.DataFrame({"ds": ["01/02/2024", "01/03/2024", "01/04/2024"], "y": [1.0, 2, 3]})
    assert "day/month or month/day" in refused(data).problem


def test_unused_columns_are_told() -> None:
    with pytest.warns(InputWarning, match="not used: colour"):
        read_panel(frame().assign(colour="red"))


@pytest.mark.parametrize(
    "options", [{"missing": "drop"}, {"dedupe": "median"}, {"period": 0}, {"period": 2.5}]
)
def test_unknown_options_are_refused(options: dict) -> None:
    assert refused(frame(), **options).field == next(iter(options))


@pytest.mark.parametrize("data", [3, None, {"y": [1]}, [1.0, 2.0]])
def test_unknown_input_is_refused(data) -> None:
    assert refused(data).field == "data"


def test_a_stray_date_does_not_fill_the_memory() -> None:
    data = frame(200)
    data.loc[7, "ds"] = pd.Timestamp("9999-01-01")
    assert "stretch over" in refused(data, freq="min").problem
    integers = pd.DataFrame({"ds": [1, 2, 3, 2_000_000_000], "y": 1.0})
    assert refused(integers, period=1).where == "1 to 2000000000"


def test_series_that_never_overlap_do_not_fill_the_memory() -> None:
    count = 5000
    data = pd.DataFrame({"unique_id": np.arange(count), "ds": np.arange(count) * 1000, "y": 1.0})
    assert "GB" in refused(data, freq=1, period=1).problem
