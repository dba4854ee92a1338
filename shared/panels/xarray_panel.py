"""Panels as xarray Datasets, and their files: NetCDF and Zarr.

Schema 1: `y(time, series)` float32 with NaN where not observed, `mask(time, series)` bool,
`cov_past(time, series, past_feature)`, `cov_future(time_ahead, series, future_feature)`,
`static(series, static_feature)`; attributes `schema_version, freq, period, timezone, clock`.
Times carry no zone, which files cannot hold: `timezone` names it, `clock` says "utc" or "local".
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import InputError
from .panel import Panel
from .read_options import ReadOptions
from .table_reading import read_table

SCHEMA_VERSION = 1


def to_xarray(panel: Panel) -> xr.Dataset:
    """The panel as a Dataset of schema 1 (see this module)."""
    variables: dict[str, Any] = {
        "y": (("time", "series"), np.where(panel.observed, panel.values, np.float32(np.nan))),
        "mask": (("time", "series"), panel.observed),
    }
    coordinates: dict[str, Any] = {"time": panel.time, "series": list(panel.series)}
    if panel.past:
        variables["cov_past"] = (("time", "series", "past_feature"), _stacked(panel.past))
        coordinates["past_feature"] = list(panel.past)
    if panel.future:
        variables["cov_future"] = (("time_ahead", "series", "future_feature"), _stacked(panel.future))
        coordinates["future_feature"] = list(panel.future)
        coordinates["time_ahead"] = panel.future_time(-1, panel.n_steps + panel.n_future)
    if panel.static:
        variables["static"] = (("series", "static_feature"), _stacked(panel.static))
        coordinates["static_feature"] = list(panel.static)
    attributes = {
        "schema_version": SCHEMA_VERSION,
        "freq": panel.freq,
        "period": panel.period,
        "timezone": panel.timezone or "",
        "clock": "local" if panel.local else "utc",
    }
    return xr.Dataset(variables, coordinates, attributes)


def _stacked(tables: dict[str, np.ndarray]) -> np.ndarray:
    return np.stack([np.asarray(table) for table in tables.values()], axis=-1)


def from_xarray(data: xr.Dataset | xr.DataArray, options: ReadOptions) -> Panel:
    """Read a Dataset of schema 1, or any DataArray or Dataset over time and at most one more dimension.

    In a Dataset without `y`, every variable over time alone is a series.

    Raises:
        InputError: dimensions or variables do not fit, or whatever `read_panel` says.
    """
    if isinstance(data, xr.DataArray) and data.ndim == 1:
        data = data.expand_dims(series=[str(data.name or "y")])
    dataset = data if isinstance(data, xr.Dataset) else data.to_dataset(name="y")
    target, time_dim = target_of(dataset)
    values = target.to_numpy().astype(np.float64)
    if "mask" in dataset:
        values[~dataset["mask"].transpose(*target.dims).to_numpy().astype(bool)] = np.nan
        missing = "mask" if options.missing == "raise" else options.missing
        options = replace(options, missing=missing)  # the mask already says what is missing
    beyond = np.abs(values) > np.finfo(np.float32).max
    if beyond.any():
        raise InputError("y", f"{np.count_nonzero(beyond)} values are infinite or too large")
    time = pd.Series(dataset.indexes[time_dim], name=time_dim)
    names = [str(name) for name in target[target.dims[1]].to_numpy()]
    options = with_attributes(options, dataset)
    panel = read_table(values, time, names, options)
    if "schema_version" not in dataset.attrs:
        return panel
    return replace(_with_covariates(panel, dataset), **clock_of(dataset))


def target_of(dataset: xr.Dataset) -> tuple[xr.DataArray, str]:
    """The target over (time, series) and the name of its time dimension."""
    if "y" in dataset:
        target = dataset["y"]
    else:
        single = [name for name in dataset.data_vars if dataset[name].ndim == 1]
        if not single:
            raise InputError(
                "y",
                "the Dataset has no variable y, and none over time alone",
                expected="y(time, series)",
                remedy="Pass the DataArray to forecast",
            )
        target = dataset[single].to_dataarray("series")
    time_dim = _time_dimension(target)
    if target.ndim == 1:
        target = target.expand_dims(series=[str(target.name or "y")])
    if target.ndim != 2:
        raise InputError(
            "y",
            f"dimensions are {target.dims}",
            expected="(time, series)",
            remedy="Select or stack the others",
        )
    other = next(dim for dim in target.dims if dim != time_dim)
    target = target.transpose(time_dim, other)
    if other not in target.coords:
        target = target.assign_coords({other: [f"y{number}" for number in range(target.sizes[other])]})
    return target, time_dim


def _time_dimension(target: xr.DataArray) -> str:
    dated = [str(dim) for dim in target.dims if dim in target.coords and target[dim].dtype.kind == "M"]
    for dim in (*dated, "time", "ds", "date"):
        if dim in target.dims and dim in target.coords:
            return dim
    raise InputError(
        "time",
        f"none of the dimensions {target.dims} has times",
        expected="a coordinate of dates or integers named time",
        remedy="Assign a time coordinate",
    )


def with_attributes(options: ReadOptions, dataset: xr.Dataset) -> ReadOptions:
    """Options completed by what the Dataset says of itself."""
    freq, period = dataset.attrs.get("freq"), dataset.attrs.get("period")
    if isinstance(freq, np.integer):
        freq = int(freq)
    return replace(
        options,
        freq=options.freq if options.freq is not None else freq,
        period=options.period if options.period is not None or period is None else int(period),
        timezone=None if "schema_version" in dataset.attrs else options.timezone,
    )


def clock_of(dataset: xr.Dataset) -> dict[str, Any]:
    """Time zone and clock of a Dataset of schema 1, as fields of a Panel."""
    return {
        "timezone": dataset.attrs.get("timezone") or None,
        "local": dataset.attrs.get("clock") == "local",
    }


def _with_covariates(panel: Panel, dataset: xr.Dataset) -> Panel:
    def tables(variable: str, feature: str) -> dict[str, np.ndarray]:
        if variable not in dataset:
            return {}
        array = dataset[variable]
        if not bool(np.isfinite(array.to_numpy()).all()):
            raise InputError(variable, "covariate values are missing or infinite", expected="finite numbers")
        names = [str(name) for name in array[feature].to_numpy()]
        moved = np.moveaxis(array.to_numpy().astype(np.float32), -1, 0)
        return dict(zip(names, map(np.ascontiguousarray, moved), strict=True))

    return replace(
        panel,
        past=tables("cov_past", "past_feature"),
        future=tables("cov_future", "future_feature"),
        static=tables("static", "static_feature"),
    )


def open_dataset(path: Path) -> xr.Dataset:
    """Open a NetCDF file or Zarr store without reading its values.

    Raises:
        InputError: the file is damaged, or its kind needs the `io` extra.
    """
    if path.suffix.lower() == ".zarr":
        engine, needs = "zarr", ("zarr",)
    else:
        with path.open("rb") as file:
            beginning = file.read(4)
        hdf = beginning.startswith(b"\x89HDF")
        engine, needs = ("h5netcdf", ("h5netcdf", "h5py")) if hdf else ("scipy", ())
    for module in needs:
        require_extra(module)
    try:
        return xr.open_dataset(path, engine=engine, chunks=None)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(str(path), f"the file cannot be read: {error}", expected="NetCDF or Zarr") from error


def require_extra(module: str) -> None:
    """Raise InputError unless `module` of the `io` extra can be imported."""
    import importlib.util

    if importlib.util.find_spec(module) is None:
        raise InputError(
            "path", f"this kind of file needs {module}", remedy='Install it: pip install "fourfold[io]"'
        )


def nan_fill(dataset: xr.Dataset) -> dict[str, Any]:
    """Zarr encoding in which NaN, and not zero, stands for missing values."""
    return {
        str(name): {"_FillValue": np.float32(np.nan)}
        for name, array in dataset.data_vars.items()
        if array.dtype == np.float32
    }


def write_panel(panel: Panel, path: str | Path) -> None:
    """Write a panel to a NetCDF-3 file (.nc, needs nothing more) or a Zarr store (.zarr, `io` extra).

    The file appears complete or not at all.
    """
    path = Path(path)
    partial = path.with_name(f".{path.stem}.partial{path.suffix}")
    dataset = to_xarray(panel)
    if path.suffix == ".zarr":
        require_extra("zarr")
        if path.exists():
            raise InputError(
                str(path), "the store exists already", remedy="Choose another name, or remove it"
            )
        shutil.rmtree(partial, ignore_errors=True)
        dataset.to_zarr(partial, zarr_format=2, encoding=nan_fill(dataset))
    elif path.suffix == ".nc":
        dataset.to_netcdf(partial, engine="scipy")
    else:
        raise InputError(
            str(path), f"{path.suffix or 'no'} suffix is not understood", expected=".nc or .zarr"
        )
    partial.replace(path)
