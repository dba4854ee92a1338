"""Panels as Datasets, NetCDF files and Zarr stores, and back."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.errors import InputError
from fourfold.shared.panels.panel import Panel
from fourfold.shared.panels.reading import read_panel
from fourfold.shared.panels.xarray_panel import to_xarray, write_panel


def example(zone: str | None, freq: str = "h", covariates: bool = True) -> Panel:
    time = pd.date_range("2023-10-28", periods=60, freq=freq, tz=zone)
    rng = np.random.default_rng(0)
    data = pd.DataFrame({"unique_id": np.repeat(["a", "b"], 60), "ds": [*time, *time]})
    data["y"], data["p"], data["f"], data["s"] = *rng.normal(size=(3, 120)), np.repeat([1.0, 2.0], 60)
    data.loc[70, "y"], data.loc[5, "y"] = np.nan, 0.0
    data["p"] = np.where(np.arange(120) % 3 == 0, 0.0, data["p"])
    kinds = {"past": ["p"], "future": ["f"], "static": ["s"]} if covariates else {}
    return read_panel(data if covariates else data[["unique_id", "ds", "y"]], missing="mask", **kinds)


def assert_equal(left: Panel, right: Panel) -> None:
    for name in (field.name for field in fields(Panel) if field.name != "frame"):
        a, b = getattr(left, name), getattr(right, name)
        if isinstance(a, dict):
            assert a.keys() == b.keys()
            for key in a:
                np.testing.assert_array_equal(a[key], b[key])
        elif isinstance(a, np.ndarray | pd.Index):
            np.testing.assert_array_equal(a, b)
        else:
            assert a == b, name


@pytest.mark.parametrize("covariates", [False, True])
@pytest.mark.parametrize(("zone", "freq"), [(None, "h"), ("Europe/Berlin", "h"), ("Europe/Berlin", "D")])
def test_round_trip_in_memory_and_by_netcdf3(tmp_path: Path, zone, freq: str, covariates: bool) -> None:
    panel = example(zone, freq, covariates)
    assert_equal(read_panel(to_xarray(panel)), panel)
    write_panel(panel, tmp_path / "panel.nc")
    assert (tmp_path / "panel.nc").read_bytes()[:3] == b"CDF"
    assert_equal(read_panel(tmp_path / "panel.nc"), panel)
    assert [path.name for path in tmp_path.iterdir()] == ["panel.nc"]


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_round_trip_by_zarr(tmp_path: Path, zone) -> None:
    pytest.importorskip("zarr")
    panel = example(zone)
    write_panel(panel, tmp_path / "panel.zarr")
    assert_equal(read_panel(tmp_path / "panel.zarr"), panel)
    with pytest.raises(InputError, match="exists already"):
        write_panel(panel, tmp_path / "panel.zarr")


def test_netcdf4_by_h5netcdf(tmp_path: Path) -> None:
    pytest.importorskip("h5netcdf")
    pytest.importorskip("h5py")
    panel = example("Europe/Berlin")
    to_xarray(panel).to_netcdf(tmp_path / "panel.nc", engine="h5netcdf")
    assert_equal(read_panel(tmp_path / "panel.nc"), panel)


def test_integer_axis_keeps_its_step(tmp_path: Path) -> None:
    panel = read_panel(np.arange(12.0), period=3)
    write_panel(panel, tmp_path / "panel.nc")
    back = read_panel(tmp_path / "panel.nc")
    assert back.freq == 1 and back.period == 3 and list(back.time) == list(range(12))


def test_damaged_files_and_unknown_suffixes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.nc").write_bytes(b"CDF no more")
    with pytest.raises(InputError, match="cannot be read"):
        read_panel(tmp_path / "bad.nc")
    with pytest.raises(InputError, match="suffix"):
        write_panel(example(None), tmp_path / "panel.grib")
