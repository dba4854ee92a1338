"""Tables of crystals, a row each: `material_id, cif, property…` as CSV, feather or parquet."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ....shared.errors import InputError, InputErrors
from .checks import no_crystals
from .csv_lines import csv_header, line_of

if TYPE_CHECKING:
    import pandas as pd

ID_COLUMN = "material_id"
CIF_COLUMN = "cif"
TABLE_ENDINGS = (".csv", ".csv.gz", ".feather", ".parquet")
_NO_NAME = ("", "nan", "None", "<NA>")
_EXPECTED_NUMBER = "a finite number, or nothing where it is not known"


@dataclass(frozen=True)
class CrystalTable:
    """Rows of a table, not read as crystals yet."""

    ids: list[str]
    """A name of each, unique: one that was given before has its row behind it."""
    texts: list[str]
    """CIF text of each row; "" where the table has none."""
    properties: dict[str, np.ndarray]
    """float64 [rows] by name; NaN where the table has none."""
    problems: dict[int, InputError] = field(default_factory=dict)
    """What makes a row unfit whatever its CIF says: its name, or a value that is no number."""


def is_table(path: Path) -> bool:
    """Whether a file is read as a table, by its ending."""
    return path.name.lower().endswith(TABLE_ENDINGS)


def read_table(path: Path, properties: Sequence[str]) -> CrystalTable:
    """The rows of a CSV, feather or parquet file.

    Raises:
        InputError: it cannot be read, or as `table_of` says.
    """
    import pandas as pd

    place, delimiter = None, ","
    try:
        if path.name.lower().endswith((".csv", ".csv.gz")):
            delimiter, header = csv_header(path, CIF_COLUMN)
            for name in (ID_COLUMN, CIF_COLUMN, *properties):
                _require_one(name, header, path.name)
            # Names stay as written: 007 is no number, and "NA" may be one.
            frame = pd.read_csv(
                path, dtype={ID_COLUMN: str}, keep_default_na=False, na_values=[""], sep=delimiter
            )
            place = line_of(path, delimiter)
        else:
            frame = pd.read_feather(path) if path.suffix.lower() == ".feather" else pd.read_parquet(path)
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(str(path), "is not there") from error
    except (OSError, ValueError, UnicodeDecodeError, csv.Error) as error:
        expected = "a table with columns material_id, cif and properties"
        reason = str(error).splitlines()[0]
        raise InputError(str(path), f"cannot be read ({reason})", expected=expected) from error
    return table_of(frame, properties, source=path.name, place=place)


def table_of(
    frame: pd.DataFrame,
    properties: Sequence[str],
    *,
    source: str = "table",
    place: Callable[[int], str] | None = None,
) -> CrystalTable:
    """The rows of a data frame; without a column material_id the row numbers are the names.

    Args:
        properties: columns to take; each must be there and hold numbers (empty: not known).
        source: how to call the table in a message.
        place: how to call a row, counted from 0, in a message; None: by that number.

    Raises:
        InputError: a column is missing, there twice or holds no number at all, or there is no row.
    """
    for name in (ID_COLUMN, CIF_COLUMN, *properties):
        _require_one(name, list(frame.columns), source)
    if CIF_COLUMN not in frame.columns:
        raise _missing(CIF_COLUMN, frame, source)
    if not len(frame):
        raise no_crystals(source)
    place = place or (lambda row: f"row {row}")
    given = [str(name) for name in (frame[ID_COLUMN] if ID_COLUMN in frame.columns else range(len(frame)))]
    ids, problems = _told_apart(given, source, place)
    values, wrong_columns = {}, []
    for name in dict.fromkeys(properties):
        try:
            values[name], wrong = _numbers(frame, name, ids, source, place)
        except InputError as problem:
            wrong_columns.append(problem)
        else:
            problems = wrong | problems
    if wrong_columns:
        raise InputErrors(wrong_columns)
    texts = [text if isinstance(text, str) else "" for text in frame[CIF_COLUMN]]
    return CrystalTable(ids, texts, values, problems)


def _require_one(name: str, columns: Sequence[Any], source: str) -> None:
    count = sum(column == name for column in columns)
    if count > 1:
        raise InputError(
            name, f"is the name of {count} columns of {source}", expected="one", remedy="Rename the others"
        )


def _told_apart(
    given: Sequence[str], source: str, place: Callable[[int], str]
) -> tuple[list[str], dict[int, InputError]]:
    """Names of the rows, each its own, and what is wrong with those that have none or one given before."""
    first: dict[str, int] = {}
    ids, problems = [], {}
    for row, name in enumerate(given):
        if name in _NO_NAME:
            problem = InputError(ID_COLUMN, "is empty", where=f"{source}, {place(row)}", expected="a name")
        elif name in first:
            problem = InputError(
                ID_COLUMN,
                f"is not unique: {name} is in {place(first[name])} already",
                where=f"{source}, {place(row)}",
                remedy="Give each crystal a name of its own",
            )
        else:
            first[name] = row
            ids.append(name)
            continue
        problems[row] = problem
        ids.append(f"{name} ({place(row)})")
    return ids, problems


def _missing(name: str, frame: pd.DataFrame, source: str) -> InputError:
    columns = {str(column).strip().lower(): str(column) for column in frame.columns}
    near = difflib.get_close_matches(name.lower(), columns, n=1)
    remedy = f"Did you mean {columns[near[0]]}" if near else None
    if near and name == CIF_COLUMN:
        remedy = f"Rename {columns[near[0]]} to {name} if it holds the CIF"
    return InputError(
        name,
        f"is no column of {source}",
        expected=f"one of {', '.join(str(column) for column in frame.columns)}",
        remedy=remedy,
    )


def _plain(value: Any) -> Any:
    """Without NumPy's name around it."""
    return value.item() if isinstance(value, np.generic) else value


def _numbers(
    frame: pd.DataFrame, name: str, ids: Sequence[str], source: str, place: Callable[[int], str]
) -> tuple[np.ndarray, dict[int, InputError]]:
    """A column as float64, NaN where it is empty or wrong, and what is wrong in which row.

    Raises:
        InputError: there is no such column, or it holds values and none of them is a number.
    """
    import pandas as pd

    if name not in frame.columns or name in (ID_COLUMN, CIF_COLUMN):
        raise _missing(name, frame.drop(columns=[ID_COLUMN, CIF_COLUMN], errors="ignore"), source)
    column = frame[name]
    values = pd.Series(pd.to_numeric(column, errors="coerce")).to_numpy(np.float64, na_value=np.nan)
    empty = column.isna().to_numpy() | (column.astype(str).str.strip().str.lower().isin(["", "nan", "na"]))
    finite = np.isfinite(values)
    wrong = np.flatnonzero(~finite & ~np.asarray(empty))
    problems = {
        row: _no_number(name, _plain(column.iloc[row]), f"{source}, {place(row)} ({ids[row]})")
        for row in wrong.tolist()
    }
    if problems and not finite.any():
        told = next(iter(problems.values()))
        more = f", and {len(wrong) - 1} more, with no number among them" if len(wrong) > 1 else ""
        raise InputError(
            name, f"{told.problem}{more}", where=told.where, expected=told.expected, remedy=told.remedy
        )
    return np.where(finite, values, np.nan), problems


def _no_number(name: str, value: Any, where: str) -> InputError:
    remedy = None
    if isinstance(value, str):
        from ....shared.panels.csv_diagnosis import read_number

        said = read_number(value.strip(), False)[1]
        remedy = None if said is None else said[2]
    return InputError(name, f"is {value!r}", where=where, expected=_EXPECTED_NUMBER, remedy=remedy)
