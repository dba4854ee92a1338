"""Tables as they arrive: JSON rows or columns, CSV, Parquet, Arrow - into what `read_panel` reads."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....shared.errors import InputError
from ..errors import ServiceError
from .arrow_guard import read_arrow, read_parquet

if TYPE_CHECKING:
    import pandas as pd

JSON, CSV = "application/json", "text/csv"
PARQUET, ARROW = "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"
FORM = "multipart/form-data"
_SUFFIXES = {".csv": CSV, ".tsv": CSV, ".txt": CSV, ".parquet": PARQUET, ".pq": PARQUET, ".arrows": ARROW,
             ".arrow": ARROW, ".json": JSON}  # fmt: skip
_OTHER_NAMES = {"application/csv": CSV, "text/plain": CSV, "application/x-parquet": PARQUET,
                "application/parquet": PARQUET, "application/x-apache-parquet": PARQUET}  # fmt: skip
MOST_COLUMNS = 20_000
LARGEST = sys.float_info.max
"""JSON also brings whole numbers that are larger, and makes infinity of 1e999."""
HALF = "is no Unicode: it holds half of a character, such as \\ud800"


@dataclass(frozen=True)
class CsvText:
    """A CSV file that is yet to be read, by the reader that names mistakes by line."""

    content: bytes


@dataclass(frozen=True)
class Columns:
    """A checked table out of JSON: by column a list of plain values, all of one length."""

    lists: dict[str, list[Any]]

    def frame(self) -> pd.DataFrame:
        """The same as a frame."""
        import pandas as pd

        try:
            return pd.DataFrame(self.lists)
        except OverflowError:  # whole numbers beyond 64 bits among smaller ones
            columns = {name: pd.Series(values, dtype=object) for name, values in self.lists.items()}
            return pd.DataFrame(columns)


def media_type(header: str | None, file_name: str | None = None) -> str | None:
    """Which of the kinds above a Content-Type means; for generic ones the ending of a file's name decides."""
    said = (header or "").partition(";")[0].strip().lower()
    known = _OTHER_NAMES.get(said, said)
    if known in (JSON, CSV, PARQUET, ARROW, FORM) and said != "text/plain":
        return known
    ending = "." + (file_name or "").rpartition(".")[2].lower()
    return _SUFFIXES.get(ending, _OTHER_NAMES.get(said))


def read_table(content: bytes, kind: str | None, name: str, cells: int) -> pd.DataFrame | CsvText | Columns:
    """The content of a body or a file.

    Args:
        kind: as `media_type` tells.
        name: of the field, for sentences.
        cells: rows x columns at most.

    Raises:
        ServiceError: 413 or 415, too large or of no kind that is read.
        InputError: it is damaged.
    """
    if kind == CSV:
        return CsvText(content)
    if kind == PARQUET:
        return read_parquet(content, name, cells)
    if kind == ARROW:
        return read_arrow(content, name, cells)
    if kind == JSON:
        return columns_of(read_json(content, name), name, cells)
    expected = f"{JSON}, {CSV}, {PARQUET}, {ARROW}"
    raise ServiceError(415, f"{name} is of no type that is read here: {expected}, or {FORM} with files")


def read_json(content: bytes, name: str) -> Any:
    """What a JSON text says.

    Raises:
        InputError: it is no JSON in UTF-8, names a field twice, or holds NaN or Infinity, which JSON has not.
    """
    try:
        text = content.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_single, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8"
        raise InputError(name, problem, expected="JSON in UTF-8") from None
    except RecursionError:
        raise InputError(name, "is nested too deeply", expected="a flat table") from None
    except InputError:
        raise
    except ValueError as error:  # not JSON, or a whole number of thousands of digits
        raise InputError(name, f"is not JSON: {str(error)[:200]}") from None


def _single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise InputError(name[:80] or "field", "stands twice in one object", remedy="Keep one")
            seen.add(name)
    return made


def _no_constant(constant: str) -> float:
    raise InputError("data", f"holds {constant}, which is no JSON", remedy="Write null for a missing value")


def columns_of(table: Any, name: str, cells: int) -> Columns:
    """Rows or columns out of JSON, checked.

    Raises:
        ServiceError: 413, too many cells.
        InputError: rows are no objects, columns no lists of one length, a cell is a list or object, a number
            beyond all floats, or a text is no Unicode.
    """
    columns = _from_rows(table, name, cells) if isinstance(table, list) else table
    if not isinstance(columns, dict) or not columns:
        raise InputError(name, "is no table", expected="a list of rows, or an object of columns")
    lengths = {}
    for place, (column, values) in enumerate(columns.items()):
        if not _is_unicode(column):
            raise InputError(name, f"the column's name {HALF}", where=f"column {place}", remedy="Correct it")
        if not isinstance(values, list):
            raise InputError(f"{name}.{column[:80]}", "is no list", expected="a list with a value a row")
        lengths[column] = len(values)
    longest = max(lengths.values())
    _require_cells(longest, len(columns), name, cells)
    short = next((column for column, length in lengths.items() if length < longest), None)
    if short is not None:
        raise InputError(
            f"{name}.{short[:80]}",
            f"has {lengths[short]:,} values",
            expected=f"{longest:,}, as other columns",
        )
    return Columns({column: _plain(values, f"{name}.{column[:80]}") for column, values in columns.items()})


def _from_rows(rows: list[Any], name: str, cells: int) -> dict[str, list[Any]]:
    _require_cells(len(rows), 1, name, cells)
    names: dict[str, None] = {}
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            raise InputError(name, "is no object", where=f"row {place}", expected="an object a row")
        if row.keys() != names.keys():
            names.update(dict.fromkeys(row))
            _require_cells(place + 1, len(names), name, cells)
    _require_cells(len(rows), len(names), name, cells)
    return {column: [row.get(column) for row in rows] for column in names}


def _require_cells(rows: int, columns: int, name: str, cells: int) -> None:
    if rows * columns > cells or columns > MOST_COLUMNS:
        raise ServiceError(
            413, f"{name} has {rows:,} rows and {columns:,} columns; at most {cells:,} cells are taken"
        )


def _plain(values: list[Any], name: str) -> list[Any]:
    kinds = set(map(type, values))
    if kinds & {list, dict}:
        place = next(n for n, value in enumerate(values) if isinstance(value, list | dict))
        raise InputError(name, "holds a list or object", where=f"row {place}", expected="a plain value")
    if bool in kinds and kinds & {int, float}:
        place = next(n for n, value in enumerate(values) if isinstance(value, bool))
        raise InputError(name, f"is {values[place]}", where=f"row {place}", expected="a number")
    if kinds & {int, float}:
        numbers = values if kinds <= {int, float} else [v for v in values if isinstance(v, int | float)]
        if max(numbers) > LARGEST or min(numbers) < -LARGEST:
            place = next(n for n, v in enumerate(values) if isinstance(v, int | float) and abs(v) > LARGEST)
            problem = "holds a number that is beyond all numbers (1.8e308)"
            raise InputError(name, problem, where=f"row {place}", remedy="Correct it")
    if str in kinds:
        texts = values if kinds == {str} else [value for value in values if isinstance(value, str)]
        if not _is_unicode("".join(texts)):
            place = next(n for n, v in enumerate(values) if isinstance(v, str) and not _is_unicode(v))
            raise InputError(name, f"the text {HALF}", where=f"row {place}", remedy="Correct it")
    return values


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
