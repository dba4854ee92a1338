"""Long frames: one row a series and time, read into a Panel and written back the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError
from .axis_choice import choose_axis
from .covariates import covariate_array, static_arrays
from .duplicates import settle_duplicates
from .frame_columns import bare_columns, numeric_column, require_columns, warn_unused
from .frame_spec import FrameSpec
from .frequency import main_period
from .missing import MissingPolicy, settle_missing
from .panel import Panel
from .time_stamps import TimeFormat, read_stamps


@dataclass(frozen=True)
class LongColumns:
    """Which column of a long frame means what."""

    id_col: str | None = "unique_id"
    time_col: str = "ds"
    target_col: str = "y"
    past: tuple[str, ...] = ()
    future: tuple[str, ...] = ()
    static: tuple[str, ...] = ()

    def used(self) -> tuple[str, ...]:
        keys = (self.time_col, self.target_col) if self.id_col is None else self.keys
        return tuple(dict.fromkeys((*keys, *self.past, *self.future, *self.static)))

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.id_col or "unique_id", self.time_col, self.target_col)


def read_long(
    frame: pd.DataFrame,
    columns: LongColumns,
    *,
    freq: str | int | None = None,
    period: int | None = None,
    missing: MissingPolicy = "raise",
    dedupe: str | None = None,
    timezone: str | None = None,
) -> Panel:
    """Read a long frame into a panel; see `read_panel` for the arguments.

    Raises:
        InputError: whatever `read_panel` says.
    """
    frame, index, index_names = bare_columns(frame, columns.used())
    require_columns(frame, columns.used())
    warn_unused(frame, columns.used())
    if len(frame) == 0:
        raise InputError(columns.target_col, "the frame has no rows", remedy="Pass at least a few time steps")
    series_codes, ids = _factorize_ids(frame, columns.id_col)
    stamps = read_stamps(frame[columns.time_col], timezone)
    values = numeric_column(frame, columns.target_col)
    names = [str(name) for name in ids]
    kept, values = settle_duplicates(series_codes, stamps, values, dedupe, names, columns)
    if kept is not None:
        frame, index = frame.iloc[kept], (index[kept] if index is not None else None)
        series_codes, values = series_codes[kept], values[kept]
    time_codes = stamps.codes if kept is None else stamps.codes[kept]
    axis = choose_axis(stamps, time_codes, series_codes, freq, columns.time_col)
    rows = axis.positions[time_codes]
    _check_size(len(axis.time), len(ids), len(frame))
    season = period if period is not None else main_period(axis.freq)
    panel_values, observed, written = settle_missing(
        values, rows, series_codes, axis, names, columns.target_col, stamps.timezone, missing, season
    )
    spec = FrameSpec(
        id_col=columns.id_col,
        time_col=columns.time_col,
        target_col=columns.target_col,
        ids=ids,
        time_format=stamps.form,
        columns=tuple(name for name in frame.columns if name in set(columns.used())),
        dtypes={name: frame[name].dtype for name in columns.used() if name in frame.columns},
        row_time=axis.time.to_numpy()[rows],
        row_series=series_codes,
        exact=_exact_columns(frame, columns),
        index=index,
        index_names=index_names,
    )
    past = {name: covariate_array(frame, name, rows, series_codes, written, names) for name in columns.past}
    future = {
        name: covariate_array(frame, name, rows, series_codes, written, names) for name in columns.future
    }
    return Panel(
        values=panel_values,
        observed=observed,
        time=axis.time,
        series=tuple(names),
        freq=axis.freq,
        period=season,
        timezone=stamps.timezone,
        past=past,
        future=future,
        static=static_arrays(frame, columns.static, series_codes, names),
        local=axis.local,
        frame=spec,
    )


def _factorize_ids(frame: pd.DataFrame, id_col: str | None) -> tuple[np.ndarray, pd.Index]:
    """Series codes [R] and ids in order of first appearance."""
    if id_col is None:
        return np.zeros(len(frame), np.int64), pd.Index(["y"])
    codes, ids = pd.factorize(frame[id_col], sort=False)
    if (codes < 0).any():
        raise InputError(
            id_col,
            f"{np.count_nonzero(codes < 0)} rows have no series id",
            where=f"row {int(np.flatnonzero(codes < 0)[0])}",
            remedy="Fill or drop these rows",
        )
    ids = pd.Index(ids)
    if len(set(map(str, ids))) < len(ids):
        raise InputError(id_col, "two ids differ in type but not in name", remedy="Give ids of one type")
    return codes.astype(np.int64), ids


def _check_size(steps: int, series: int, rows: int) -> None:
    """Refuse a panel that would be nearly empty and larger than most machines."""
    cells = steps * series
    if cells > 2_000_000_000 and rows < cells // 100:
        raise InputError(
            "data",
            f"{rows} rows would spread over {steps} steps x {series} series ({cells * 5 / 1e9:.0f} GB)",
            expected="series that overlap in time",
            remedy="Check the time stamps for outliers, pass freq=, or read fewer series at a time",
        )


def _exact_columns(frame: pd.DataFrame, columns: LongColumns) -> dict[str, np.ndarray]:
    """Columns that a float32 panel would round, kept as they were."""
    exact = {}
    for name in (columns.target_col, *columns.past, *columns.future, *columns.static):
        column = frame[name]
        if str(column.dtype) in ("float32", "float16", "int8", "int16", "uint8", "uint16", "bool"):
            continue
        exact[name] = column.array
    return exact


def to_long(panel: Panel, spec: FrameSpec | None = None) -> pd.DataFrame:
    """The panel as a long frame: the very frame it was read from, or rows by series and time.

    Args:
        panel: read by `read_panel`, or made otherwise.
        spec: how the frame should look; the panel's own when None.

    Returns:
        One row for each row of the input; without a spec, one for each observation with columns
        `unique_id, ds, y`. Values that are not observed are missing.
    """
    spec = spec or panel.frame
    if spec is None:
        return _plain_long(panel)
    rows = panel.time.get_indexer(pd.Index(spec.row_time))
    inside = rows >= 0
    rows, series = rows[inside], spec.row_series[inside]
    made: dict[str, Any] = {}
    for name in spec.columns:
        if name == spec.id_col:
            made[name] = spec.id_column(series)
        elif name == spec.time_col:
            made[name] = spec.time_format.restore(panel.time, panel.timezone, local=panel.local).take(rows)
        else:
            made[name] = _restore_values(panel, spec, name, rows, series, inside)
    frame = pd.DataFrame(made, columns=list(spec.columns))
    if spec.index_names:
        return frame.set_index(list(spec.index_names))
    if spec.index is not None:
        frame.index = spec.index[inside]
    return frame


def _restore_values(
    panel: Panel, spec: FrameSpec, name: str, rows: np.ndarray, series: np.ndarray, inside: np.ndarray
) -> Any:
    """One value column in its own type; cells the panel did not change come back digit for digit."""
    if name == spec.target_col:
        values = panel.values[rows, series].astype(np.float64)
        values[~panel.observed[rows, series]] = np.nan
    elif name in panel.static:
        values = panel.static[name][series].astype(np.float64)
    else:
        table = panel.past[name] if name in panel.past else panel.future[name]
        values = table[rows, series].astype(np.float64)
    dtype = spec.dtypes[name]
    column = pd.Series(values)
    if name in spec.exact:
        original = pd.Series(spec.exact[name][inside])
        rounded = original.to_numpy(np.float64, na_value=np.nan).astype(np.float32)
        same = (rounded == values) | (np.isnan(rounded) & np.isnan(values))
        if same.all():
            return original
        column = column.where(~same, original.astype(np.float64))
    if getattr(dtype, "kind", "f") in "iub" and (column.isna() | (column % 1 != 0)).any():
        return column if str(dtype)[0].islower() else column.astype("Float64")
    return column.astype(dtype)


def _plain_long(panel: Panel) -> pd.DataFrame:
    series, rows = np.nonzero(panel.observed.T)
    frame = key_columns(panel, series, panel.time.take(rows))
    return frame.assign(y=panel.values[rows, series])


def key_columns(panel: Panel, series: Sequence[int] | np.ndarray, time: pd.Index) -> pd.DataFrame:
    """Id and time columns for any rows, dressed like the panel's input: what forecasts start from.

    Args:
        series: int [R], column of the panel of each row.
        time: R stamps on the panel's axis (see `Panel.future_time`).

    Returns:
        R rows with the input's id column (left out when it had none) and time column, in its types
        and time zone; `unique_id` and `ds` for panels that were not read from a long frame.
    """
    spec = panel.frame
    if spec is None:
        kind = "datetime" if isinstance(time, pd.DatetimeIndex) else "integer"
        dtype = time.dtype if panel.timezone is None else pd.DatetimeTZDtype("us", panel.timezone)
        stamps = TimeFormat(kind, dtype).restore(time, panel.timezone, local=panel.local)
        return pd.DataFrame({"unique_id": pd.Index(panel.series, dtype="str").take(series), "ds": stamps})
    made: dict[str, Any] = {} if spec.id_col is None else {spec.id_col: spec.id_column(np.asarray(series))}
    made[spec.time_col] = spec.time_format.restore(time, panel.timezone, local=panel.local)
    return pd.DataFrame(made)
