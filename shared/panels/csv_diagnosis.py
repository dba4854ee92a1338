"""What is wrong in a CSV file: each mistake with its line, column, value, expectation and remedy."""

from __future__ import annotations

import csv
import io
import math
import re
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError, InputErrors
from .csv_dialect import CsvDialect
from .layout import DEFAULTS, looks_like_dates, mostly_dates
from .long_reading import LongColumns
from .read_options import ReadOptions
from .time_stamps import lenient_dates

LISTED = 20
_NO_VALUE = {"", "na", "n/a", "nan", "null", "none"}
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}([,' .]\d{3})+([.,]\d+)?$")
_COMMA = re.compile(r"^[+-]?\d+,\d+([eE][+-]?\d+)?$")
_EITHER_COMMA = re.compile(r"^[+-]?[1-9]\d{0,2},\d{3}$")
"""A comma that sets off thousands or decimals; the rest of the column tells which, perhaps."""
_UNIT = re.compile(r"^[+-]?[\d.]+\s*[^\d\s.,eE+-]\S*$|^[$€£]\s*[\d.]+$")
_ONE_OF_TWO = 'Remove one of the two, or pass dedupe="first", "last" or "mean" (in the shell: --dedupe first)'
_OFFSETS = "The clock goes back then, so write times with their UTC offset, as in 2026-10-25T02:00:00+01:00"
_LARGEST = float(np.finfo(np.float32).max)


def diagnose_csv(
    content: bytes, dialect: CsvDialect, columns: LongColumns, options: ReadOptions, name: str
) -> pd.DataFrame:
    """Read a file line by line.

    Returns:
        The frame, with blanks around cells removed, when no single line is at fault.

    Raises:
        InputErrors: one error for each mistake, at most 20 and a count of the rest.
    """
    problems: list[tuple[int, InputError]] = []
    lines, cells = _read_lines(content, dialect, problems, name)
    table = {column: [row[place] for row in cells] for place, column in enumerate(dialect.header)}
    time_col = _time_column(table, columns)
    id_col = columns.keys[0]
    wide = id_col not in table and columns.target_col not in table
    numeric = [column for column in table if column not in (time_col, id_col)] if wide else columns.values
    frame: dict[str, list[Any]] = dict(table)
    for column in numeric:
        if column in table:
            frame[column] = _check_numbers(column, table[column], lines, dialect, options, problems)
    if time_col in table:
        _check_dates(time_col, table[time_col], lines, problems)
    if id_col in table:
        _check_ids(id_col, table[id_col], lines, problems)
    if time_col in table and options.dedupe is None:
        keys = id_col, time_col
        _check_repeats(table.get(id_col), table[time_col], lines, keys, options.timezone, problems)
    if not cells and not problems:
        raise InputError(name, "the file has a header but no rows", expected="rows below the header")
    if problems:
        raise _gathered(problems, name)
    return pd.DataFrame(frame)


def _gathered(problems: list[tuple[int, InputError]], name: str) -> InputErrors:
    """All mistakes in the order of their lines."""
    errors = [error for _, error in sorted(problems, key=lambda item: item[0])]
    if len(errors) > LISTED:
        rest = len(errors) - LISTED
        errors = [*errors[:LISTED], InputError(name, f"{rest} more mistakes are not listed")]
    return InputErrors(errors)


def _read_lines(
    content: bytes, dialect: CsvDialect, problems: list[tuple[int, InputError]], name: str
) -> tuple[list[int], list[list[str]]]:
    """Line numbers and stripped cells of all lines with the right number of columns."""
    reader = csv.reader(
        io.StringIO(content.decode(dialect.encoding), newline=""), delimiter=dialect.delimiter
    )
    lines, cells = [], []
    wanted = len(dialect.header)
    started = False
    for row in reader:
        if not any(cell.strip() for cell in row):
            if started and len(row) > 1:
                _add(problems, reader.line_num, name, "all fields are empty", remedy="Remove the line")
            continue
        if not started:
            started = True
            continue
        if len(row) == wanted:
            lines.append(reader.line_num)
            cells.append([cell.strip() for cell in row])
            continue
        problem = f"{len(row)} fields instead of {wanted}: {dialect.delimiter.join(row)[:60]!r}"
        more = "Quote fields that hold the delimiter, and write decimals with a point"
        remedy = more if len(row) > wanted else "Add the missing fields, empty if unknown"
        _add(problems, reader.line_num, name, problem, f"{wanted} ({', '.join(dialect.header)})", remedy)
    return lines, cells


def _add(
    problems: list[tuple[int, InputError]],
    line: int,
    field: str,
    problem: str,
    expected: str | None = None,
    remedy: str | None = None,
) -> None:
    error = InputError(field, problem, where=f"line {line}", expected=expected, remedy=remedy)
    problems.append((line, error))


def _time_column(table: dict[str, list[str]], columns: LongColumns) -> str:
    """The time column as named, else the first whose name or cells are those of dates."""
    if columns.time_col in table or columns.time_col != DEFAULTS.time_col:
        return columns.time_col
    named = [column for column in table if looks_like_dates(column)]
    dated = [column for column in table if mostly_dates(pd.Series(table[column], dtype=object))]
    return (named or dated or [columns.time_col])[0]


def _check_numbers(
    column: str,
    texts: list[str],
    lines: list[int],
    dialect: CsvDialect,
    options: ReadOptions,
    problems: list[tuple[int, InputError]],
) -> list[float]:
    numbers = []
    decimals = any(_COMMA.match(text) and not _EITHER_COMMA.match(text) for text in texts)
    for line, text in zip(lines, texts, strict=True):
        plain = text.replace(",", ".") if dialect.decimal == "," and _COMMA.match(text) else text
        number, said = read_number(plain, decimals)
        if said is None and math.isnan(number) and options.missing == "raise":
            said = (
                "the value is missing",
                "a number",
                'Fill it in, or pass missing="mask" or "interpolate" (in the shell: --missing mask)',
            )
        if said is not None:
            _add(problems, line, column, *said)
        numbers.append(number)
    return numbers


def read_number(text: str, decimals: bool) -> tuple[float, tuple[str, str, str] | None]:
    """A cell as a number (NaN when empty), or what is wrong with it: problem, expectation, remedy.

    With `decimals`, the column's commas are known to set off decimals.
    """
    if text.lower() in _NO_VALUE:
        return math.nan, None
    try:
        number = float(text) if "_" not in text else None
    except ValueError:
        number = None
    if number is not None and abs(number) <= _LARGEST:
        return number, None
    if number is not None and "inf" in text.lower():
        return math.nan, (f"{text!r} is infinite", "a finite number", "Replace it, or leave the field empty")
    if number is not None:
        return math.nan, (
            f"{text!r} is too large",
            "a number below 3.4e38",
            "Use a larger unit, or correct it",
        )
    shown, point = repr(text[:40]), text.replace(",", ".")
    if _EITHER_COMMA.match(text) and not decimals:
        problem = f"{shown} has a thousands separator or a decimal comma"
        remedy = (
            "Remove the commas if they set off thousands, replace them with points if they set off decimals"
        )
        return math.nan, (problem, f"{text.replace(',', '')} or {point}", remedy)
    if _COMMA.match(text):
        return math.nan, (f"{shown} has a decimal comma", f"a decimal point, {point}", "Replace the comma")
    if _THOUSANDS.match(text):
        remedy = "Remove the separators of thousands, and write decimals with a point"
        return math.nan, (f"{shown} has a thousands separator", "digits such as 1234.5", remedy)
    if _UNIT.match(text):
        problem = f"{shown} carries a unit or sign"
        return math.nan, (problem, "a bare number", "Put the unit into the column's name")
    return math.nan, (f"{shown} is not a number", "a number, or an empty field", "Correct it")


def _check_dates(
    column: str, texts: list[str], lines: list[int], problems: list[tuple[int, InputError]]
) -> None:
    good, example = lenient_dates(texts)
    for line, text, sound in zip(lines, texts, good, strict=True):
        if not sound:
            problem = "the time is missing" if text == "" else f"{text[:40]!r} is not a date of the calendar"
            remedy = "Write ISO dates such as 2026-01-31 14:00"
            _add(problems, line, column, problem, f"a date such as {example}", remedy)


def _check_ids(
    column: str, texts: list[str], lines: list[int], problems: list[tuple[int, InputError]]
) -> None:
    for line, text in zip(lines, texts, strict=True):
        if text == "":
            _add(problems, line, column, "the series id is empty", "a name", "Write the series' name")


def _check_repeats(
    ids: list[str] | None,
    times: list[str],
    lines: list[int],
    keys: tuple[str, str],
    timezone: str | None,
    problems: list[tuple[int, InputError]],
) -> None:
    seen: dict[tuple[str, str], int] = {}
    for line, name, time in zip(lines, ids or [""] * len(times), times, strict=True):
        first = seen.setdefault((name, time), line)
        if first != line and time:
            whom = f"series {name!r} at {time}" if ids else f"the time {time}"
            remedy = _OFFSETS if _clock_went_back(time, timezone) else _ONE_OF_TWO
            field = ", ".join(keys) if ids else keys[1]
            _add(problems, line, field, f"{whom} is already on line {first}", "one line for each", remedy)


def _clock_went_back(text: str, timezone: str | None) -> bool:
    """Whether a time without offset stands for two hours of the zone."""
    if timezone is None:
        return False
    try:
        stamp = pd.Timestamp(text)
        if stamp is pd.NaT or stamp.tz is not None:
            return False
        shifts = [
            stamp.tz_localize(timezone, ambiguous=summer, nonexistent="NaT") for summer in (True, False)
        ]
    except ValueError:
        return False
    return shifts[0] is not pd.NaT and shifts[0] != shifts[1]
