"""Panels written back as frames: the long frame they came from, its key columns, or a wide table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from .frame_spec import FrameSpec
from .panel import Panel
from .time_stamps import TimeFormat


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
        elif name == spec.time_col and name in spec.exact:
            made[name] = spec.exact[name][inside]
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
    return pd.DataFrame(key_arrays(panel, series, time))


def key_arrays(panel: Panel, series: Sequence[int] | np.ndarray, time: pd.Index) -> dict[str, Any]:
    """The columns of `key_columns` by name, the time last, without a frame around them."""
    spec = panel.frame
    if spec is None:
        kind = "datetime" if isinstance(time, pd.DatetimeIndex) else "integer"
        dtype = time.dtype if panel.timezone is None else pd.DatetimeTZDtype("us", panel.timezone)
        stamps = TimeFormat(kind, dtype).restore(time, panel.timezone, local=panel.local)
        return {"unique_id": pd.Index(panel.series, dtype="str").take(series), "ds": stamps}
    made: dict[str, Any] = {} if spec.id_col is None else {spec.id_col: spec.id_column(np.asarray(series))}
    made[spec.time_col] = spec.time_format.restore(time, panel.timezone, local=panel.local)
    return made


def key_lists(panel: Panel, series: np.ndarray, stamps: np.ndarray) -> dict[str, list[Any]] | None:
    """The columns of `key_arrays` as lists of texts, where names and times are texts in ISO 8601; else None.

    Args:
        stamps: datetime64 [R] on the panel's axis.
    """
    spec = panel.frame
    if spec is None or panel.timezone is not None or (times := spec.time_format.texts(stamps)) is None:
        return None
    if spec.id_col is None:
        return {spec.time_col: times}
    return {spec.id_col: [panel.series[place] for place in series.tolist()], spec.time_col: times}
