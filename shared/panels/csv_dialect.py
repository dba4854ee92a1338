"""The dialect of a CSV file: encoding, delimiter, decimal sign and header, told from its beginning."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, note

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
    size = _size_of_beginning(content)
    text = content[:size].decode(encoding, errors="ignore").lstrip("\r\n")
    lines = [line for line in text.splitlines() if line.strip()]
    if len(content) > size and len(lines) > 1:
        lines = lines[:-1]
    delimiter = max(_DELIMITERS, key=lambda sign: (lines[0].count(sign), sign == ","))
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines[:200])), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(name, f"cannot be read as a table ({error})", expected="CSV") from error
    header = tuple(cell.strip() for cell in rows[0])
    _require_header(header, name)
    cells = [cell.strip() for row in rows[1:] for cell in row]
    commas = sum(bool(_DECIMAL_COMMA.match(cell)) for cell in cells)
    points = sum(bool(_DECIMAL_POINT.match(cell)) for cell in cells)
    decimal = "," if delimiter != "," and commas > 0 and points == 0 else "."
    if delimiter != "," or decimal == ",":
        comma = " and a decimal comma" if decimal == "," else ""
        note(f"{name} is read with a {_DELIMITERS[delimiter]} between columns{comma}.")
    return CsvDialect(encoding, delimiter, decimal, header)


def _size_of_beginning(content: bytes) -> int:
    """Bytes to look at: the header, however many columns it has, and some rows."""
    start = len(content) - len(content.lstrip(b"\r\n\xef\xbb\xbf\xff\xfe\x00"))
    end = content.find(b"\n", start)
    return max(_BEGINNING, len(content) if end < 0 else end + 2)


def _tell_encoding(content: bytes, name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            name,
            f"the byte {content[error.start]:#04x} is not UTF-8 text",
            where=f"line {line}",
            expected="a UTF-8 file",
            remedy="Save the file as CSV UTF-8",
        ) from error
    return "utf-8-sig"


def _require_header(header: tuple[str, ...], name: str) -> None:
    if all(map(_looks_like_data, header)) or any(map(_DATE.match, header)):
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


def _looks_like_data(cell: str) -> bool:
    """A number, a date, or nothing."""
    return bool(_NUMBER.match(cell) or _DATE.match(cell))
