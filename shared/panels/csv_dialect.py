"""The dialect of a CSV file: encoding, delimiter, decimal sign and header, told from its beginning."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from ..errors import InputError, note
from .layout import looks_like_dates, mostly_dates

_BEGINNING = 65536
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_NUMBER = re.compile(r"^[+-]?[\d.,]*(e[+-]?\d+)?$", re.IGNORECASE)
_DATE = re.compile(r"^(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{4})([ T].*)?$")
_DECIMAL_POINT = re.compile(r"^[+-]?\d+\.\d+$")


@dataclass(frozen=True)
class CsvDialect:
    """How a file is to be read."""

    encoding: str
    delimiter: str
    decimal: str
    header: tuple[str, ...]
    """Names of the columns, without those of `nameless`."""
    nameless: tuple[int, ...] = ()
    """Places of columns that have no name, and are not read."""


def read_bytes(path: Path) -> bytes:
    """The file's bytes, unzipped when its name ends in .gz."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        return file.read()


def tell_dialect(content: bytes, name: str) -> CsvDialect:
    """The dialect of a file's content, with an InputWarning for anything but a comma-separated UTF-8 file.

    Raises:
        InputError: the file is empty, is not text, or has no header line.
    """
    if not content.strip(b"\r\n\t \xef\xbb\xbf\xff\xfe\x00"):
        raise InputError(name, "the file is empty", expected="a header line and rows")
    encoding = _tell_encoding(content, name)
    delimiter, rows = _first_rows(content, encoding, name)
    nameless = _nameless(rows)
    for row in rows:
        _drop(row, nameless)
    header = tuple(rows[0])
    _require_header(header, name)
    cells = [cell for row in rows[1:] for cell in row]
    commas = sum(bool(_DECIMAL_COMMA.match(cell)) for cell in cells)
    points = sum(bool(_DECIMAL_POINT.match(cell)) for cell in cells)
    decimal = "," if delimiter != "," and commas > 0 and points == 0 else "."
    if delimiter != "," or decimal == ",":
        comma = " and a decimal comma" if decimal == "," else ""
        note(f"{name} is read with a {_DELIMITERS[delimiter]} between columns{comma}.")
    return CsvDialect(encoding, delimiter, decimal, header, nameless)


def _first_rows(content: bytes, encoding: str, name: str) -> tuple[str, list[list[str]]]:
    """The delimiter, and the stripped cells of the header and some rows."""
    size = _size_of_beginning(content)
    text = content[:size].decode(encoding, errors="ignore").lstrip("\r\n")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputError(name, "the file is empty", expected="a header line and rows")
    if len(content) > size and len(lines) > 1:
        lines = lines[:-1]
    delimiter = max(_DELIMITERS, key=lambda sign: (lines[0].count(sign), sign == ","))
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines[:200])), delimiter=delimiter))
    except csv.Error as error:
        raise _no_table(name, error) from error
    return delimiter, [[cell.strip() for cell in row] for row in rows]


def _no_table(name: str, error: csv.Error) -> InputError:
    return InputError(name, f"cannot be read as a table ({error})", expected="CSV")


def _nameless(rows: list[list[str]]) -> tuple[int, ...]:
    """Places of the columns without a name, such as the row numbers that `DataFrame.to_csv` writes first.

    One of dates has its use where no other column holds the time.
    """
    header, first = rows[0], dict(enumerate(rows[1] if len(rows) > 1 else ()))
    places = tuple(place for place, cell in enumerate(header) if not cell)
    if not places or _lacks_names(header):
        return ()
    if any(looks_like_dates(cell) or _DATE.match(first.get(n, "")) for n, cell in enumerate(header) if cell):
        return places
    columns = {n: pd.Series([row[n] for row in rows[1:] if n < len(row)], dtype=object) for n in places}
    return tuple(place for place, column in columns.items() if not mostly_dates(column))


def without_nameless(content: bytes, dialect: CsvDialect, name: str) -> tuple[bytes, CsvDialect]:
    """A file's content without the columns that have no name, told in a note; all else stays on its line.

    Raises:
        InputError: a field that does not end.
    """
    if not dialect.nameless:
        return content, dialect
    text = io.StringIO(content.decode(dialect.encoding), newline="")
    kept = io.StringIO()
    writer = csv.writer(kept, delimiter=dialect.delimiter, lineterminator="\n")
    try:
        for row in csv.reader(text, delimiter=dialect.delimiter):
            _drop(row, dialect.nameless)
            writer.writerow(row)
    except csv.Error as error:
        raise _no_table(name, error) from error
    places = [str(place + 1) for place in dialect.nameless]
    numbers = ", ".join(places[:5]) + (", ..." if len(places) > 5 else "")
    one = f"column {numbers} has no name and is left out. Name it in the header to keep it."
    more = f"columns {numbers} have no name and are left out. Name them in the header to keep them."
    note(f"{name}: {one if len(places) == 1 else more}")
    return kept.getvalue().encode(), replace(dialect, encoding="utf-8-sig", nameless=())


def _drop(row: list[str], places: Sequence[int]) -> None:
    for place in reversed(places):
        del row[place : place + 1]


def _size_of_beginning(content: bytes) -> int:
    """Bytes to look at: the header, however many columns it has, and some rows."""
    start = len(content) - len(content.lstrip(b"\r\n\xef\xbb\xbf\xff\xfe\x00"))
    end = content.find(b"\n", start)
    return max(_BEGINNING, len(content) if end < 0 else end + 2)


def _tell_encoding(content: bytes, name: str) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encoding = "utf-16" if wide else "utf-8-sig"
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            name,
            f"the byte {content[error.start]:#04x} is not {'UTF-16' if wide else 'UTF-8'} text",
            where=f"line {line}",
            expected="a UTF-8 file",
            remedy="Save the file as CSV UTF-8",
        ) from error
    return encoding


def _require_header(header: tuple[str, ...], name: str) -> None:
    if _lacks_names(header):
        raise InputError(
            name,
            f"the header is missing: the first line is {','.join(header)[:60]!r}",
            where="line 1",
            expected="names such as unique_id,ds,y",
            remedy="Add a header line",
        )
    again = next((cell for cell, count in Counter(header).items() if count > 1), None)
    if again is not None:
        raise InputError(again or name, "two columns have this name", where="line 1", remedy="Rename one")


def _lacks_names(header: Sequence[str]) -> bool:
    """Whether a first line is one of data."""
    return all(map(_looks_like_data, header)) or any(map(_DATE.match, header))


def _looks_like_data(cell: str) -> bool:
    """A number, a date, or nothing."""
    return bool(_NUMBER.match(cell) or _DATE.match(cell))
