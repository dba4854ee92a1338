"""Columns of a data frame: present, numeric, finite, or an error that says which is not."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from typing import cast

import numpy as np
import pandas as pd

from ..errors import InputError, note


def bare_columns(
    frame: pd.DataFrame, wanted: Sequence[str]
) -> tuple[pd.DataFrame, pd.Index | None, tuple[str, ...]]:
    """The frame with key columns that were its index moved into columns.

    Returns:
        frame, its row labels (None for the default 0..R-1), names of the columns that were the index.
    """
    names = [name for name in frame.index.names if name is not None]
    if names and len(names) == frame.index.nlevels and set(names) & (set(wanted) - set(frame.columns)):
        return frame.reset_index(), None, tuple(names)
    index = frame.index
    if isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1 and index.name is None:
        return frame, None, ()
    return frame.reset_index(drop=True), index, ()


def column_of(frame: pd.DataFrame, name: object) -> pd.Series:
    """The one column of this name."""
    return cast("pd.Series", frame[name])


def require_columns(frame: pd.DataFrame, wanted: Sequence[str]) -> None:
    """Raise InputError for the first column that is missing or doubled."""
    for name in wanted:
        if name not in frame.columns:
            near = difflib.get_close_matches(str(name), [str(column) for column in frame.columns], 1)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            raise InputError(
                str(name),
                "the column is missing",
                expected=f"one of {', '.join(map(str, frame.columns))}",
                remedy=f"{hint}Rename it, or name yours with id_col=, time_col=, target_col=",
            )
        if isinstance(frame[name], pd.DataFrame):
            raise InputError(str(name), "two columns have this name", remedy="Rename or drop one")


def warn_unused(frame: pd.DataFrame, used: Sequence[str]) -> None:
    """Say which columns are left aside: silence would look like use."""
    unused = [str(name) for name in frame.columns if name not in used]
    if unused:
        note(f"not used: {', '.join(unused)}. Name them in past=, future= or static=, or drop them.")


def numeric_column(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column as float64 [R] with NaN for missing values.

    Raises:
        InputError: not numeric, complex, infinite, or beyond the range of float32.
    """
    column = column_of(frame, name)
    is_number = pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind != "c"
    if not is_number and column.dtype == object:
        column, is_number = _numbers_in_objects(column)
    if not is_number:
        raise InputError(
            str(name),
            f"values are {frame[name].dtype}, not numbers",
            where=_first_odd(column_of(frame, name)),
            expected="integers or floats",
            remedy="Convert the column, for example with pandas.to_numeric",
        )
    values = column.to_numpy(np.float64, na_value=np.nan)
    beyond = np.abs(values) > np.finfo(np.float32).max
    if beyond.any():
        row = int(np.flatnonzero(beyond)[0])
        count = np.count_nonzero(beyond)
        raise InputError(
            str(name),
            f"{count} value{'s are' if count > 1 else ' is'} infinite or too large ({values[row]})",
            where=f"row {row}",
            expected="finite numbers below 3.4e38",
            remedy="Replace them, or leave them empty and pass missing= (in the shell: --missing)",
        )
    return values


def _numbers_in_objects(column: pd.Series) -> tuple[pd.Series, bool]:
    """Objects that all are real numbers or missing (None, Decimal, mixed ints and floats)."""
    inferred = pd.api.types.infer_dtype(column, skipna=True)
    if inferred in ("integer", "floating", "mixed-integer-float", "decimal", "boolean", "empty"):
        try:
            return column.astype(float), True
        except OverflowError:  # whole numbers of Python have no end
            row = next(row for row, value in enumerate(column) if not _in_range(value))
            raise InputError(
                str(column.name),
                "holds a number that is beyond all numbers (1.8e308)",
                where=f"row {row}",
                expected="finite numbers below 3.4e38",
                remedy="Correct it",
            ) from None
    return column, False


def _in_range(value: object) -> bool:
    return not isinstance(value, int) or abs(value) <= sys.float_info.max


def _first_odd(column: pd.Series) -> str | None:
    """Row and value of the first entry that is no number."""
    if column.dtype.kind in "cM":
        return None
    for row, value in enumerate(column.astype(object)):
        if not pd.isna(value) and not isinstance(value, int | float) and not _is_number(str(value)):
            return f"row {row} ({value!r})"
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
