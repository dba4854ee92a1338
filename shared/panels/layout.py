"""Layout of a data frame: long or wide, and which column is which when nobody said."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ..errors import InputError, note
from .frame_columns import column_of
from .long_reading import LongColumns
from .time_stamps import lenient_dates

DEFAULTS = LongColumns()
_USUAL_TIME_NAMES = ("ds", "date", "datetime", "time", "timestamp")
_LOOKED_AT = 20


def settle_layout(frame: pd.DataFrame, columns: LongColumns) -> tuple[pd.DataFrame, LongColumns | None]:
    """Decide how to read a frame.

    Columns named by the person are taken at their word. Otherwise: without the id column the frame
    holds one series (target column there) or is wide (a column a series); without the time column, the
    index or the one column that reads as dates is the time.

    Returns:
        The frame with its time in a column or index, and the columns of a long frame; None means wide:
        time in the index, a column a series.

    Raises:
        InputError: no column or index can be the time.
    """
    there = {*map(str, frame.columns), *(str(name) for name in frame.index.names if name is not None)}
    if columns.time_col not in there and columns.time_col == DEFAULTS.time_col:
        frame, columns = _find_time(frame, columns, there)
        there.add(columns.time_col)
    has_id = columns.id_col in there or columns.id_col != DEFAULTS.id_col
    has_target = columns.target_col in there or columns.target_col != DEFAULTS.target_col
    if not has_id and has_target:
        return frame, replace(columns, id_col=None)
    if has_id and not has_target:
        return frame, _find_target(frame, columns)
    if has_id:
        return frame, columns
    if columns.past or columns.future or columns.static:
        raise InputError(
            columns.target_col,
            "a wide frame has no covariate columns",
            expected=f"a long frame with {', '.join(columns.keys)} and the covariates",
            remedy="Pass a long frame, or name the target with target_col=",
        )
    if columns.time_col in frame.columns:
        frame = frame.set_index(columns.time_col)
    return frame, None


def _find_time(
    frame: pd.DataFrame, columns: LongColumns, there: set[str]
) -> tuple[pd.DataFrame, LongColumns]:
    """The frame and columns with the time found in the index or in the one column of dates."""
    if isinstance(frame.index, pd.DatetimeIndex | pd.PeriodIndex):
        name = frame.index.name
        return (
            (frame.rename_axis(index=columns.time_col), columns)
            if name is None
            else (
                frame,
                replace(columns, time_col=str(name)),
            )
        )
    dates = [str(name) for name in frame.columns if mostly_dates(column_of(frame, name))]
    if len(dates) == 1:
        if not looks_like_dates(dates[0]):
            note(f"time is read from {dates[0]!r}, the only column of dates. Name it with time_col=.")
        return frame, replace(columns, time_col=dates[0])
    usual = [name for name in dates if looks_like_dates(name)]
    if len(usual) == 1:
        return frame, replace(columns, time_col=usual[0])
    found = f"several columns hold dates ({', '.join(dates)})" if dates else "no column holds dates"
    raise InputError(
        columns.time_col,
        f"the time column is missing, and {found}",
        expected=f"a column {columns.time_col!r} among {', '.join(sorted(there)) or 'the columns'}",
        remedy="Name it with time_col=",
    )


def mostly_dates(column: pd.Series) -> bool:
    """Whether a column is of a date type, or most of its first texts read as dates."""
    if column.dtype.kind == "M" or isinstance(column.dtype, pd.PeriodDtype):
        return True
    if pd.api.types.is_numeric_dtype(column.dtype):
        return False
    texts = [str(value) for value in column.head(_LOOKED_AT) if not pd.isna(value)]
    dated = [text for text in texts if len(text) >= 6 and any(sign in text for sign in "-/.: ")]
    return bool(dated) and 2 * sum(lenient_dates(dated)[0]) > len(texts)


def looks_like_dates(name: str) -> bool:
    """Whether a column's name is one that people give to times."""
    return name.lower() in _USUAL_TIME_NAMES


def _find_target(frame: pd.DataFrame, columns: LongColumns) -> LongColumns:
    """The only other column as the target, with a word about it."""
    taken = {columns.id_col, columns.time_col, *columns.past, *columns.future, *columns.static}
    others = [str(name) for name in frame.columns if name not in taken]
    if len(others) != 1:
        return columns
    note(f"the target is read from {others[0]!r}. Say target_col={others[0]!r} to be sure.")
    return replace(columns, target_col=others[0])
