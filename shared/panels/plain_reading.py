"""Reading plain columns: the table that a program sends, block by block, without a data frame on the way.

Most tables that come over HTTP are one series, or a few after each other, complete, with times in ISO 8601.
They are read here in a tenth of the time that a data frame takes. Whatever is not that plain, and all that is
wrong, is left to `read_panel`, which knows every case and has the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError
from .frame_spec import FrameSpec
from .frequency import parse_frequency
from .long_reading import LongColumns
from .panel import Panel
from .read_options import ReadOptions
from .table_limit import require_room
from .time_axis import Axis, make_axis
from .time_stamps import TimeFormat

MOST_ROWS = 1_000_000
"""Longer tables gain nothing."""
_DATE, _CLOCK = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}", "[0-9]{2}:[0-9]{2}:[0-9]{2}"
_FORMS = {
    (10, "-"): (_DATE, "%Y-%m-%d"),
    (19, " "): (f"{_DATE} {_CLOCK}", "%Y-%m-%d %H:%M:%S"),
    (19, "T"): (f"{_DATE}T{_CLOCK}", "%Y-%m-%dT%H:%M:%S"),
}
"""By length and eleventh character (of a date: any): how such times look, and what they are written with."""
_ALL_OF = {pattern: re.compile(f"(?:{form},)+") for form, pattern in _FORMS.values()}
_EXACT_WHOLE = 2**53
WIDEST = 4
"""Longest step of an axis over its shortest: a weekend over a day, leap years, months."""
_LARGEST = float(np.finfo(np.float32).max)


def read_plain(table: Mapping[str, list[Any]], columns: LongColumns, options: ReadOptions) -> Panel | None:
    """The panel that `read_panel` makes of a data frame with these columns; None where it is to be asked.

    Args:
        table: by column a list of plain values, all of one length.
        columns, options: as `read_panel` makes them of its arguments; zones and covariates are left to it.
    """
    ids = columns.id_col if columns.id_col in table else None
    used = {columns.time_col, columns.target_col} | ({ids} if ids is not None else set())
    if table.keys() != used or len(used) < 2 + (ids is not None) or not _is_usual(columns, options, ids):
        return None
    times, rows = table[columns.time_col], len(table[columns.time_col])
    names = _blocks(table[ids], rows) if ids is not None else ["y"]
    if names is None or not 2 * len(names) <= rows <= MOST_ROWS:
        return None
    steps = rows // len(names)
    if times != times[:steps] * len(names):
        return None
    read, values = _times(times[:steps]), _numbers(table[columns.target_col])
    if read is None or values is None:
        return None
    stamps, pattern = read
    axis = _axis(stamps, columns.time_col, options)
    if axis is None or len(axis.time) != steps:
        return None
    require_room(steps, len(names), rows)
    try:
        period = options.period_of(axis.freq)
    except InputError:
        return None
    grid = values.astype(np.float32).reshape(len(names), steps).T
    return Panel(
        values=np.ascontiguousarray(grid),
        observed=np.ones(grid.shape, bool),
        time=axis.time,
        series=tuple(names),
        freq=axis.freq,
        period=period,
        frame=_spec(table, columns, ids, names, values, axis, pattern),
    )


def _is_usual(columns: LongColumns, options: ReadOptions, ids: str | None) -> bool:
    """Whether nothing is asked that needs more than names, times and values."""
    named = ids is not None or columns.id_col == LongColumns().id_col
    return named and options.timezone is None and not (columns.past or columns.future or columns.static)


def _blocks(ids: list[Any], rows: int) -> list[str] | None:
    """Names of series that stand one after the other, each with as many rows."""
    if not ids or set(map(type, ids)) != {str} or not ids[0]:
        return None
    steps = ids.count(ids[0])
    names = ids[::steps]
    alike = rows % steps == 0 and len(set(names)) == len(names) and "" not in names
    try:
        "".join(names).encode()
    except UnicodeEncodeError:  # halves of characters
        return None
    return names if alike and ids == [name for name in names for _ in range(steps)] else None


def _times(texts: list[Any]) -> tuple[np.ndarray, str] | None:
    """Ascending datetime64[us] and the pattern they are written with."""
    first = texts[0]
    if type(first) is not str:
        return None
    form = _FORMS.get((len(first), first[10] if len(first) > 10 else "-"))
    if form is None or set(map(type, texts)) != {str}:
        return None
    if not _ALL_OF[form[1]].fullmatch(",".join(texts) + ","):
        return None
    try:
        stamps = np.array(texts, dtype="M8[us]")
    except ValueError:  # a day that its month has not
        return None
    return (stamps, form[1]) if (stamps[1:] > stamps[:-1]).all() else None


def _numbers(values: list[Any]) -> np.ndarray | None:
    """float64 or int64 as a data frame holds them, within the range of float32."""
    kinds = set(map(type, values))
    if not kinds <= {int, float}:
        return None
    try:
        numbers = np.array(values, dtype=np.int64 if kinds == {int} else np.float64)
    except OverflowError:
        return None
    largest = float(np.abs(numbers.astype(np.float64)).max())
    mixed = len(kinds) > 1 and largest > _EXACT_WHOLE
    # The comparison is also False for NaN.
    return numbers if largest <= _LARGEST and not mixed else None


def _axis(stamps: np.ndarray, field: str, options: ReadOptions) -> Axis | None:
    gaps = np.diff(stamps).astype(np.int64)
    try:
        if not _may_be_whole(gaps, options.freq):
            return None
        return make_axis(stamps, gaps, options.freq, field)
    except InputError:
        return None


def _may_be_whole(gaps: np.ndarray, freq: str | int | None) -> bool:
    """Whether microseconds between stamps may be those of an axis without gaps, before a long one is made."""
    shortest = int(gaps.min())
    if gaps.max() > WIDEST * shortest:
        return False
    if not isinstance(freq, str) or (step := parse_frequency(freq)).kind != "fixed":
        return True
    return 1000 * shortest <= WIDEST * step.count


@lru_cache(maxsize=1)
def _type_of_text() -> Any:
    """What pandas holds a column of texts in."""
    return pd.Series(["2026-01-31"]).dtype


def _spec(
    table: Mapping[str, list[Any]],
    columns: LongColumns,
    ids: str | None,
    names: list[str],
    values: np.ndarray,
    axis: Axis,
    pattern: str,
) -> FrameSpec:
    steps = len(axis.time)
    exact: dict[str, Any] = {columns.target_col: pd.arrays.NumpyExtensionArray(values)}
    return FrameSpec(
        id_col=ids,
        time_col=columns.time_col,
        target_col=columns.target_col,
        ids=tuple(names),
        time_format=TimeFormat("string", _type_of_text(), pattern),
        columns=tuple(table),
        dtypes={columns.target_col: values.dtype},
        row_time=np.tile(axis.time.to_numpy(), len(names)),
        row_series=np.repeat(np.arange(len(names)), steps),
        exact=exact,
    )
