"""Future covariates: what is known of the steps after each series' end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError
from .arrow_tables import from_dataframe_protocol
from .covariates import spread
from .frame_columns import bare_columns, column_of, numeric_column, require_columns
from .frequency import parse_frequency, positions_of, stamps_at
from .missing import label_time
from .panel import Panel
from .time_stamps import read_stamps

LISTED = 5


def attach_future(panel: Panel, data: Any, horizon: int | None = None) -> Panel:
    """The panel with its future covariates continued by a long frame.

    Args:
        panel: read with `future=` columns; N series that may end at different steps.
        data: a frame with the panel's id and time columns and every future covariate, for the steps after
            each series' last observation. Rows up to that are ignored.
        horizon: steps each series must have; the longest found when None.

    Raises:
        InputError: a column, a series or a (series, time) pair is missing, doubled, unknown or NaN.
    """
    frame = data if isinstance(data, pd.DataFrame) else from_dataframe_protocol(data)
    id_col, time_col = _key_names(panel)
    wanted = [name for name in (id_col, time_col) if name is not None] + list(panel.future)
    frame, _, _ = bare_columns(frame, wanted)
    if not panel.future:
        raise InputError(
            "future",
            "the history was read without future covariates",
            expected="the same columns in history and future",
            remedy="Name them in future= when reading the history",
        )
    require_columns(frame, wanted)
    if frame.empty:
        raise InputError("future", "the frame of future covariates has no rows", remedy=_ask(horizon))
    series = _series_of(panel, frame, id_col)
    rows = _rows_of(panel, column_of(frame, time_col))
    last = panel.last_rows()
    ahead = rows > last[series]
    longest = int((rows - last[series]).max())
    wanted_steps = longest if horizon is None else horizon
    if wanted_steps < 1:
        raise InputError(
            time_col, "no row lies after the end of its series", expected="future steps", remedy=_ask(horizon)
        )
    total = max(panel.n_steps, int(last.max()) + 1 + max(wanted_steps, longest))
    there = np.zeros((total, panel.n_series), dtype=bool)
    _require_single(there.shape, rows, series, panel, time_col)
    there[rows[ahead], series[ahead]] = True
    _require_pairs(there, last, wanted_steps, panel)
    future = {name: _continued(panel, frame, name, rows, series, ahead, there) for name in panel.future}
    return replace(panel, future=future)


def _ask(horizon: int | None) -> str:
    return f"Pass {horizon or 'as many'} rows for each series{'' if horizon else ' as steps to forecast'}"


def _key_names(panel: Panel) -> tuple[str | None, str]:
    if panel.frame is None:
        return "unique_id", "ds"
    return panel.frame.id_col, panel.frame.time_col


def _series_of(panel: Panel, frame: pd.DataFrame, id_col: str | None) -> np.ndarray:
    """int64 [R], the panel's column of each row."""
    if id_col is None:
        return np.zeros(len(frame), np.int64)
    names = column_of(frame, id_col).astype(str).to_numpy(object)
    series = pd.Index(panel.series).get_indexer(names)
    unknown = pd.unique(names[series < 0])
    if unknown.size:
        raise InputError(
            id_col,
            f"{unknown.size} series are not in the history",
            where=", ".join(map(repr, unknown[:LISTED])),
            expected=f"series of the history, such as {panel.series[0]!r}",
            remedy="Drop their rows, or correct the names",
        )
    return series.astype(np.int64)


def _rows_of(panel: Panel, column: pd.Series) -> np.ndarray:
    """int64 [R], row of each stamp on the panel's axis (also beyond its end)."""
    stamps = read_stamps(column, panel.timezone if _without_zone(column) else None)
    distinct = stamps.distinct
    start = panel.time.to_numpy()[0]
    if isinstance(panel.freq, int):
        places, rest = np.divmod(distinct - start, panel.freq)
        off = rest != 0
    else:
        if panel.local and stamps.timezone is not None:
            zoned = pd.DatetimeIndex(distinct).tz_localize("UTC").tz_convert(panel.timezone)
            distinct = zoned.tz_localize(None).to_numpy()
        frequency = parse_frequency(panel.freq)
        start, distinct = start.astype("M8[ns]"), distinct.astype("M8[ns]")
        places = positions_of(frequency, start, distinct)
        off = stamps_at(frequency, start, places) != distinct
    if np.any(off):
        raise InputError(
            str(column.name),
            f"{np.count_nonzero(off)} times do not continue the history's steps of {panel.freq}",
            where=label_time(stamps.distinct[off][0], stamps.timezone),
            remedy="Use the times of Panel.future_time",
        )
    return places[stamps.codes]


def _without_zone(column: pd.Series) -> bool:
    return not isinstance(column.dtype, pd.DatetimeTZDtype)


def _require_single(
    shape: tuple[int, int], rows: np.ndarray, series: np.ndarray, panel: Panel, time_col: str
) -> None:
    key = rows * shape[1] + series
    again = pd.Series(key).duplicated().to_numpy()
    if again.any():
        first = int(again.argmax())
        raise InputError(
            time_col,
            f"{np.count_nonzero(again)} rows repeat a series and time",
            where=_pair(panel, int(rows[first]), int(series[first])),
            expected="one row for each series and time",
            remedy="Remove the repeated rows",
        )


def _pair(panel: Panel, row: int, series: int) -> str:
    stamp = panel.future_time(row - 1, 1).to_numpy()[0]
    return f"({panel.series[series]}, {label_time(stamp, panel.timezone, local=panel.local)})"


def _require_pairs(there: np.ndarray, last: np.ndarray, horizon: int, panel: Panel) -> None:
    """Every series needs its first `horizon` steps after its end."""
    steps = np.arange(len(there))[:, None]
    needed = (steps > last) & (steps <= last + horizon)
    lacking = np.argwhere((needed & ~there).T)
    if len(lacking):
        pairs = ", ".join(_pair(panel, int(row), int(series)) for series, row in lacking[:LISTED])
        more = f" and {len(lacking) - LISTED} more" if len(lacking) > LISTED else ""
        raise InputError(
            "future",
            f"{len(lacking)} pairs of series and time lack future covariates",
            where=pairs + more,
            expected=f"{horizon} rows for each series",
            remedy="Add these rows",
        )


def _continued(
    panel: Panel,
    frame: pd.DataFrame,
    name: str,
    rows: np.ndarray,
    series: np.ndarray,
    ahead: np.ndarray,
    there: np.ndarray,
) -> np.ndarray:
    """float32 [T + F, N]: history, then the frame's rows; steps that nobody knows take the nearest value."""
    values = numeric_column(frame, name)
    blank = np.isnan(values) & ahead
    if blank.any():
        first = int(blank.argmax())
        raise InputError(
            name,
            f"{np.count_nonzero(blank)} future covariate values are missing (NaN)",
            where=_pair(panel, int(rows[first]), int(series[first])),
            expected="a number in every row",
            remedy="Fill them, or leave the covariate out",
        )
    table = np.zeros(there.shape, np.float32)
    known = there.copy()
    table[: panel.n_steps] = panel.future[name][: panel.n_steps]
    known[: panel.n_steps] |= np.arange(panel.n_steps)[:, None] <= panel.last_rows()
    table[rows[ahead], series[ahead]] = values[ahead]
    return spread(table, known)
