"""What a CSV file looks like as text: its delimiter, its header, and the line on which a row begins."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import IO

from ....shared.errors import note

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def csv_header(path: Path, column: str) -> tuple[str, list[str]]:
    """The delimiter that sets off `column` in the first line, else the comma, and the names of the columns.

    A delimiter other than the comma is told as a note.

    Raises:
        OSError, UnicodeDecodeError: the file cannot be read.
    """
    with _opened(path) as file:
        first = next((line for line in file if line.strip()), "")
    for delimiter in _DELIMITERS:
        header = next(csv.reader([first], delimiter=delimiter), [])
        if column in header:
            if delimiter != ",":
                note(f"{path.name} is read with a {_DELIMITERS[delimiter]} between columns.")
            return delimiter, header
    return ",", next(csv.reader([first]), [])


def line_of(path: Path, delimiter: str) -> Callable[[int], str]:
    """How to call a row, counted from 0 below the header: by the line of the file on which it begins."""

    @cache
    def lines() -> list[int]:
        return list(_beginnings(path, delimiter))

    def called(row: int) -> str:
        # The header is the first of them.
        return f"line {lines()[row + 1]}" if row + 1 < len(lines()) else f"row {row}"

    return called


def _beginnings(path: Path, delimiter: str) -> Iterator[int]:
    limit = csv.field_size_limit(2**31 - 1)  # a large cell is more than the usual 128 KiB
    try:
        with _opened(path) as file:
            reader = csv.reader(file, delimiter=delimiter)
            before = 0
            for cells in reader:
                if len(cells) > 1 or any(cell.strip() for cell in cells):
                    yield before + 1
                before = reader.line_num
    except (OSError, UnicodeDecodeError, csv.Error):
        return  # the rows are counted then
    finally:
        csv.field_size_limit(limit)


def _opened(path: Path) -> IO[str]:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")
