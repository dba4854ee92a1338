"""Files of the user's: what is taken, and what is told about the rest."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from fourfold.pipelines.input_file import Columns, read_input
from fourfold.shared.errors import InputError, InputErrors

MISTAKES = """unique_id,ds,y
a,2026-01-01 00:00,1
a,2026-01-01 01:00,abc
,2026-01-01 02:00,2
a,2026-01-01 03:00,inf
a,yesterday,3
a,2026-01-01 00:00,4
a,2026-01-01 05:00,
a,,5
a,2026-01-01 07:00,"1,5"
a,2026-13-01 00:00,6
a,2026-01-01 07:00,7
a,2026-01-01 09:00,0x10
"""


def write(folder: Path, text: str, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path, **options: str) -> list[str]:
    with pytest.raises(InputErrors) as caught:
        read_input(path, **options)  # type: ignore[arg-type]
    return [str(problem) for problem in caught.value.problems]


def test_ten_mistakes_are_ten_messages_in_order_of_the_lines(tmp_path: Path) -> None:
    told = problems(write(tmp_path, MISTAKES))
    lines = [next(word for word in message.split("line ")[1:2]).split(":")[0] for message in told]
    assert lines == ["3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13"]
    for message, fault in zip(
        told,
        ["'abc' is no number", "no series id", "not finite", "'yesterday' is no time", "in line 2 already",
         "no value", "no time", "decimals with a point", "'2026-13-01 00:00' is no time",
         "in line 10 already", "'0x10' is no number"],
        strict=True,
    ):  # fmt: skip
        assert fault in message


def test_gaps_and_repeats_pass_when_a_policy_is_named(tmp_path: Path) -> None:
    text = "unique_id,ds,y\na,2026-01-01,1\na,2026-01-01,2\na,2026-01-02,NA\n"
    read = read_input(write(tmp_path, text), missing="interpolate", dedupe="mean")
    assert np.isnan(read.data["y"].iloc[2])


def test_only_so_many_mistakes_are_listed(tmp_path: Path) -> None:
    rows = "".join(f"a,2026-01-01,x{number}\n" for number in range(80))
    told = problems(write(tmp_path, "unique_id,ds,y\n" + rows), dedupe="mean")
    assert len(told) == 51 and "30 more" in told[-1]


def test_lines_with_too_many_fields_are_named(tmp_path: Path) -> None:
    told = problems(write(tmp_path, "unique_id,ds,y\na,2026-01-01,1\nb,2026-01-01,1,5\nc,2026-01-01,2,5\n"))
    assert ["line 3" in told[0], "line 4" in told[1]] == [True, True]


def test_ids_keep_their_zeros_and_integer_times_are_integers(tmp_path: Path) -> None:
    read = read_input(write(tmp_path, "id,time,value\n007,1,1\n007,2,2\n"))
    assert read.keys == {"id_col": "id", "time_col": "time", "target_col": "value"}
    assert read.data["id"].tolist() == ["007", "007"]
    assert read.data["time"].dtype == np.int64


def test_a_table_of_columns_is_wide_and_its_first_column_may_lack_a_name(tmp_path: Path) -> None:
    frame = pd.DataFrame({"one": [1.0, 2.0], "two": [3.0, 4.0]}, index=pd.date_range("2026", periods=2, freq="h"))
    frame.to_csv(tmp_path / "wide.csv")
    read = read_input(tmp_path / "wide.csv")
    assert read.keys == {}
    assert list(read.data.columns) == ["one", "two"]
    assert isinstance(read.data.index, pd.DatetimeIndex)


def test_a_single_series_needs_no_id(tmp_path: Path) -> None:
    read = read_input(write(tmp_path, "date,y\n2026-01-01,1\n2026-01-02,2\n"))
    assert read.keys["id_col"] is None


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("d.xlsx", "", "ending in .xlsx"),
        ("d.csv", "", "empty"),
        ("d.csv", "a,b\n1,2\n", "--time-col"),
        ("d.csv", "unique_id,ds,z\na,2026-01-01,2\n", "--target-col"),
        ("d.csv", "ds\n2026-01-01\n", "--target-col"),
        ("d.parquet", "no parquet", "cannot be read"),
        ("d.nc", "no netcdf", "cannot be read"),
    ],
)
def test_a_file_that_is_not_of_series_is_refused(tmp_path: Path, name: str, text: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        read_input(write(tmp_path, text, name))


def test_a_missing_file_and_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_input(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes(b"unique_id,ds,y\n\xe9,2026-01-01,1\n")
    with pytest.raises(InputError, match="UTF-8"):
        read_input(tmp_path / "latin.csv")


def test_a_misspelt_column_is_answered_with_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, "unique_id,ds,demand\na,2026-01-01,1\n")
    with pytest.raises(InputError, match="expected demand"):
        read_input(path, Columns(target_col="demnad"))


def test_parquet_and_netcdf_are_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"unique_id": ["a", "a"], "ds": pd.date_range("2026", periods=2), "y": [1.0, 2.0], "z": [0, 0]})
    frame.to_parquet(tmp_path / "f.parquet")
    assert list(read_input(tmp_path / "f.parquet").data.columns) == ["unique_id", "ds", "y"]
    xr.Dataset({"y": (("time",), [1.0])}).to_netcdf(tmp_path / "f.nc", engine="scipy")
    assert "y" in read_input(tmp_path / "f.nc").data
