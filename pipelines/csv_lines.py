"""Mistakes in a CSV of series, told by line: all of them in one reading."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..shared.errors import InputError, InputErrors

if TYPE_CHECKING:
    import pandas as pd

MOST_TOLD = 50
"""Mistakes listed one by one; the last line then says how many more there are."""
MISSING_WORDS = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})


def check_widths(path: Path) -> None:
    """Refuse lines that have more fields than the header.

    Raises:
        InputErrors: one for each such line.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        width = len(next(reader, []))
        problems = [
            InputError(path.name, f"{len(fields)} fields", where=f"line {reader.line_num}",
                       expected=f"{width}, as in the header", remedy="Quote fields that hold commas")
            for fields in reader
            if len(fields) > width
        ]  # fmt: skip
    _raise(problems)


def check_lines(
    frame: pd.DataFrame, *, id_col: str | None, time_col: str, values: list[str], missing: str, dedupe: str | None
) -> None:
    """Refuse cells that are no id, no time or no number, and rows that say the same twice.

    Args:
        frame: the file read as text, one row a line after the header.
        values: columns that must hold numbers.
        missing: "raise" refuses empty values too.
        dedupe: None refuses a second row of the same series and time.

    Raises:
        InputErrors: one for each mistake, in the order of the lines.
    """
    problems: list[tuple[int, InputError]] = []
    if id_col is not None:
        problems += [(row, _cell(id_col, row, "no series id", "a name in every row"))
                     for row in np.flatnonzero(_empty(frame[id_col]))]  # fmt: skip
    problems += _time_problems(frame[time_col])
    for column in values:
        problems += _value_problems(frame[column], refuse_empty=missing == "raise")
    if dedupe is None:
        problems += _repeats(frame, [time_col] if id_col is None else [id_col, time_col])
    _raise([problem for _, problem in sorted(problems, key=lambda entry: entry[0])])


def as_numbers(column: pd.Series) -> pd.Series:
    """A text column as float64, words for "nothing" as NaN; the text must have passed `check_lines`."""
    import pandas as pd

    return pd.to_numeric(column.mask(_empty(column)), errors="coerce").astype("float64")


def _time_problems(column: pd.Series) -> Iterator[tuple[int, InputError]]:
    import pandas as pd

    name, empty = str(column.name), _empty(column)
    for row in np.flatnonzero(empty):
        yield row, _cell(name, row, "no time", "a date such as 2026-01-31 14:00, or an integer")
    known = column[~empty]
    if known.str.fullmatch(r"\s*[+-]?\d+\s*").mean() > 0.5:  # integers throughout, or nearly
        wrong = ~known.str.fullmatch(r"\s*[+-]?\d+\s*")
        expected = "an integer, as in the other lines"
    else:
        wrong = pd.to_datetime(known, errors="coerce", utc=True, format="mixed").isna()
        expected = "a date such as 2026-01-31 14:00"
    for row in known.index[wrong]:
        yield row, _cell(name, row, f"{known[row]!r} is no time", expected)


def _value_problems(column: pd.Series, *, refuse_empty: bool) -> Iterator[tuple[int, InputError]]:
    import pandas as pd

    name, empty = str(column.name), _empty(column)
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
    if refuse_empty:
        for row in np.flatnonzero(empty):
            yield row, _cell(name, row, "no value", "a number", "Fill it, or pass --missing interpolate")
    for row in np.flatnonzero(np.isnan(numbers) & ~empty):
        text = str(column.iloc[row])
        hint = "Write decimals with a point" if "," in text else None
        yield row, _cell(name, row, f"{text!r} is no number", "a number", hint)
    for row in np.flatnonzero(np.isinf(numbers)):
        yield row, _cell(name, row, f"{column.iloc[row]!r} is not finite", "a finite number")


def _repeats(frame: pd.DataFrame, keys: list[str]) -> Iterator[tuple[int, InputError]]:
    whole = frame[keys].notna().all(axis=1).to_numpy()
    repeated = np.flatnonzero(frame.duplicated(keys, keep="first").to_numpy() & whole)
    if not len(repeated):
        return
    first = frame[whole].reset_index().groupby(keys, sort=False)["index"].first()
    for row in repeated:
        key = tuple(frame[name].iloc[row] for name in keys)
        earlier = int(first.loc[key if len(key) > 1 else key[0]])
        yield row, _cell(" and ".join(keys), row, f"{' at '.join(key)} was in line {earlier + 2} already",
                         "each time once", "Delete one, or pass --dedupe mean")  # fmt: skip


def _cell(field: str, row: int, problem: str, expected: str, remedy: str | None = None) -> InputError:
    return InputError(field, problem, where=f"line {row + 2}", expected=expected, remedy=remedy)


def _empty(column: pd.Series) -> np.ndarray:
    text = column.astype("object").where(column.notna(), "")
    return text.str.strip().str.lower().isin(MISSING_WORDS).to_numpy(bool)


def _raise(problems: list[InputError]) -> None:
    if len(problems) > MOST_TOLD:
        more = len(problems) - MOST_TOLD
        problems = [*problems[:MOST_TOLD], InputError("file", f"{more} more lines with mistakes like these")]
    if problems:
        raise InputErrors(problems)
