"""The same series from every kind of input."""

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import xarray as xr
from fourfold.shared.errors import InputError, InputWarning
from fourfold.shared.panels.arrow_tables import like_input
from fourfold.shared.panels.long_frame import to_long
from fourfold.shared.panels.reading import read_panel

STEPS = 48
TIME = pd.date_range("2024-01-01", periods=STEPS, freq="h")
VALUES = np.stack([np.arange(STEPS), np.arange(STEPS) ** 2], axis=1).astype(float)


@pytest.fixture
def long() -> pd.DataFrame:
    return pd.DataFrame(
        {"unique_id": ["a"] * STEPS + ["b"] * STEPS, "ds": [*TIME, *TIME], "y": VALUES.T.ravel()}
    )


@pytest.fixture
def wide() -> pd.DataFrame:
    return pd.DataFrame(VALUES, index=TIME, columns=["a", "b"])


def check(panel) -> None:
    np.testing.assert_array_equal(panel.values, VALUES.astype(np.float32))
    assert panel.observed.all() and panel.series == ("a", "b")
    assert (panel.freq, panel.period) == ("h", 24) and list(panel.time) == list(TIME)


def test_frames_of_all_libraries(long: pd.DataFrame, wide: pd.DataFrame) -> None:
    for data in (long, wide, wide.rename_axis("when"), wide.rename_axis("ds").reset_index()):
        check(read_panel(data))
    for data in (pl.from_pandas(long), pa.Table.from_pandas(long)):
        panel = read_panel(data)
        check(panel)
        back = like_input(to_long(panel), data)
        assert type(back) is type(data)
        assert (
            back["y"].to_pylist() == long["y"].tolist() if isinstance(back, pa.Table) else back.equals(data)
        )


def test_interchange_protocol_alone_is_enough(long: pd.DataFrame) -> None:
    class Foreign:
        def __dataframe__(self, nan_as_null: bool = False, allow_copy: bool = True):
            return pa.Table.from_pandas(long).__dataframe__(nan_as_null, allow_copy)

    check(read_panel(Foreign()))


def test_xarray_of_any_shape(wide: pd.DataFrame) -> None:
    array = xr.DataArray(VALUES, dims=("time", "series"), coords={"time": TIME, "series": ["a", "b"]})
    check(read_panel(array))
    check(read_panel(array.T))
    check(read_panel(array.rename(time="when", series="node")))
    check(
        read_panel(xr.Dataset({"a": array.sel(series="a", drop=True), "b": array.sel(series="b", drop=True)}))
    )
    assert read_panel(array.sel(series="a", drop=True).rename("a")).series == ("a",)
    with pytest.raises(InputError, match="Select or stack"):
        read_panel(array.expand_dims(channel=2))
    with pytest.raises(InputError, match="coordinate of dates"):
        read_panel(xr.DataArray(VALUES, dims=("x", "z")))


def test_numpy_has_an_integer_axis_and_a_season() -> None:
    panel = read_panel(VALUES, freq="h")
    assert panel.freq == 1 and panel.period == 24 and panel.series == ("y0", "y1")
    assert read_panel(VALUES[:, 0], period=3).series == ("y",)
    with pytest.raises(InputError, match="period="):
        read_panel(VALUES)
    with pytest.raises(InputError, match="shape"):
        read_panel(np.zeros((2, 2, 2)), period=1)


def test_series_and_panel_themselves(wide: pd.DataFrame) -> None:
    panel = read_panel(wide["a"])
    assert panel.series == ("a",) and panel.n_steps == STEPS
    assert read_panel(panel) is panel


def test_files(tmp_path: Path, long: pd.DataFrame, wide: pd.DataFrame) -> None:
    long.to_csv(tmp_path / "long.csv", index=False)
    wide.rename_axis("date").to_csv(tmp_path / "wide.csv")
    long.to_csv(tmp_path / "long.csv.gz", index=False)
    long.to_parquet(tmp_path / "long.parquet")
    long.to_feather(tmp_path / "long.feather")
    for name in ("long.csv", "wide.csv", "long.csv.gz", "long.parquet", "long.feather"):
        check(read_panel(tmp_path / name))
    check(read_panel(str(tmp_path / "long.csv")))
    with pytest.raises(InputError, match="no such file"):
        read_panel(tmp_path / "none.csv")
    (tmp_path / "x.xlsx").write_bytes(b"1")
    with pytest.raises(InputError, match="suffix"):
        read_panel(tmp_path / "x.xlsx")


def test_the_only_column_of_dates_is_taken_and_told(long: pd.DataFrame) -> None:
    with pytest.warns(InputWarning, match="time is read from 'begin'"):
        check(read_panel(long.rename(columns={"ds": "begin"})))
    with pytest.raises(InputError, match="several columns hold dates"):
        read_panel(long.rename(columns={"ds": "begin"}).assign(end=long["ds"]))
    with pytest.raises(InputError, match="no column holds dates"):
        read_panel(long.drop(columns="ds"))


def test_the_only_other_column_is_the_target_and_told(long: pd.DataFrame) -> None:
    with pytest.warns(InputWarning, match="target is read from 'sales'"):
        check(read_panel(long.rename(columns={"y": "sales"})))


def test_wide_frames_have_no_covariates(wide: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no covariate columns"):
        read_panel(wide, past=["b"])


def test_ett_is_read_as_seven_series(benchmark_data: Path) -> None:
    panel = read_panel(benchmark_data / "timeseries" / "ETT" / "ETTh1.csv")
    assert panel.values.shape == (17420, 7) and panel.freq == "h" and panel.series[-1] == "OT"


def test_folders_and_broken_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="is a folder; expected a file"):
        read_panel(tmp_path / "folder.csv")
    for name in ("broken.parquet", "broken.feather"):
        (tmp_path / name).write_bytes(b"PAR1 and then nothing")
        with pytest.raises(InputError, match="cannot be read"):
            read_panel(tmp_path / name)


def test_integer_times_of_a_csv_stay_integers(tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    path.write_text("unique_id,ds,y\n" + "".join(f"a,{step},{step % 5}\n" for step in range(30)))
    panel = read_panel(path, period=5)
    assert panel.freq == 1 and panel.time.tolist() == list(range(30))
    path.write_text("unique_id,ds,y\na,20240101,1\na,20240102,2\na,20240103,3\n")
    assert read_panel(path).freq == "D"
