"""read_panel: whatever holds time series, read into one Panel."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError
from .arrow_tables import from_dataframe_protocol, has_dataframe_protocol
from .csv_reading import read_csv
from .future_frame import attach_future
from .layout import settle_layout
from .long_reading import LongColumns, read_long
from .panel import Panel
from .read_options import DedupePolicy, MissingPolicy, ReadOptions
from .table_reading import read_array, read_wide

_ACCEPTED = (
    "a path (csv, parquet, feather, nc, zarr), a long or wide data frame (pandas, polars, Arrow), "
    "a Series, an xarray object or a numpy array"
)


def read_panel(
    data: Any,
    *,
    id_col: str = "unique_id",
    time_col: str = "ds",
    target_col: str = "y",
    freq: str | int | None = None,
    period: int | None = None,
    missing: MissingPolicy = "raise",
    dedupe: DedupePolicy | None = None,
    past: Sequence[str] = (),
    future: Sequence[str] = (),
    static: Sequence[str] = (),
    future_frame: Any = None,
    timezone: str | None = None,
    silent: bool = False,
) -> Panel:
    """Read time series from what people have them in.

    Args:
        data: a path (csv, parquet, feather, nc, zarr), a long data frame (a row a series and time; pandas,
            polars, or anything with an Arrow or data frame interface), a wide one (time in the index or in
            a date column, a column a series), a Series, an xarray DataArray or Dataset (see
            `xarray_panel`), a numpy array [T] or [T, N], or a Panel, which is returned as it is.
        id_col, time_col, target_col: columns of a long frame. A frame without an id column is one series.
        freq: the step, as pandas writes it or an integer for integer times; inferred when None.
        period: steps in the main season; from the table of `frequency.py` when None.
        missing: what to do about missing values and steps: "raise", "mask" them, "interpolate" lines
            between neighbours, or fill with the "seasonal" mean.
        dedupe: keep the "first" or "last" of rows with equal series and time, or their "mean"; None raises.
        past, future, static: covariate columns known up to now, ahead, or for ever.
        future_frame: a long frame with the future covariates of the steps after each series' end.
        timezone: zone in which stamps without zone are meant.
        silent: whether a series may hold no value at all, when others do; else it is an error.

    Raises:
        InputError: what is wrong, where, and what to do about it.
    """
    options = ReadOptions(freq, period, missing, dedupe, timezone, silent)
    columns = LongColumns(id_col, time_col, target_col, tuple(past), tuple(future), tuple(static))
    panel = _read_any(data, columns, options)
    return panel if future_frame is None else attach_future(panel, future_frame)


def _read_any(data: Any, columns: LongColumns, options: ReadOptions) -> Panel:
    if isinstance(data, Panel):
        return data
    if isinstance(data, str | os.PathLike):
        return _read_path(Path(data), columns, options)
    if isinstance(data, pd.DataFrame):
        return _read_frame(data, columns, options)
    if isinstance(data, pd.Series):
        name = columns.target_col if data.name is None else str(data.name)
        return read_wide(data.to_frame(name), options)
    if isinstance(data, np.ndarray):
        return read_array(data, options)
    if type(data).__module__.split(".")[0] == "xarray":
        from .xarray_panel import from_xarray

        return from_xarray(data, options)
    if has_dataframe_protocol(data):
        return _read_frame(from_dataframe_protocol(data), columns, options)
    raise InputError("data", f"{type(data).__name__} is not understood", expected=_ACCEPTED)


def _read_frame(frame: pd.DataFrame, columns: LongColumns, options: ReadOptions) -> Panel:
    frame, long_columns = settle_layout(frame, columns)
    return read_wide(frame, options) if long_columns is None else read_long(frame, long_columns, options)


def _read_path(path: Path, columns: LongColumns, options: ReadOptions) -> Panel:
    if not path.exists():
        raise InputError(str(path), "there is no such file", remedy="Check the path")
    kind = path.suffix.lower()
    if path.is_dir() and kind != ".zarr":
        raise InputError(str(path), "is a folder", expected="a file", remedy="Name the file inside")
    if kind in (".csv", ".tsv", ".txt", ".gz"):
        return read_csv(path, columns, options, _read_frame)
    if kind in (".parquet", ".pq", ".feather", ".arrow"):
        return _read_frame(_arrow_file(path, kind), columns, options)
    if kind in (".nc", ".zarr"):
        from .xarray_panel import from_xarray, open_dataset

        with open_dataset(path) as dataset:
            return from_xarray(dataset, options)
    raise InputError(str(path), f"{kind or 'no'} suffix is not understood", expected=_ACCEPTED)


def _arrow_file(path: Path, kind: str) -> pd.DataFrame:
    """A Parquet or Feather file as a frame."""
    from pyarrow import ArrowException

    try:
        return pd.read_parquet(path) if kind in (".parquet", ".pq") else pd.read_feather(path)
    except (ArrowException, OSError) as error:
        raise InputError(
            str(path),
            f"the file cannot be read: {error}",
            expected="Parquet" if kind in (".parquet", ".pq") else "Feather",
            remedy="Write it anew",
        ) from error
