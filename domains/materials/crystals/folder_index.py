"""index.csv of a folder of CIF: which file holds which crystal, and what is known of it."""

from __future__ import annotations

import csv
from pathlib import Path

from ....shared.errors import note
from .named import as_number
from .table import ID_COLUMN

INDEX = "index.csv"
FILE_COLUMN = "file"


def read_index(folder: Path) -> dict[str, tuple[str, dict[str, float]]]:
    """Name and known properties of the crystal of each file; {} where no index names one crystal a file."""
    try:
        with (folder / INDEX).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        note(f"{folder / INDEX} is not read ({error}), and the crystals are called by their files")
        return {}
    if not rows or not {ID_COLUMN, FILE_COLUMN} <= rows[0].keys():
        return {}
    ids, files = [row[ID_COLUMN] for row in rows], [row[FILE_COLUMN] for row in rows]
    if len(set(ids)) < len(ids) or len(set(files)) < len(files) or not all(ids):
        note(f"{folder / INDEX} names a crystal or a file twice, and the crystals are called by their files")
        return {}
    return {file: (name, _known(row)) for file, name, row in zip(files, ids, rows, strict=True)}


def _known(row: dict[str, str]) -> dict[str, float]:
    """The numbers among the other columns; an empty cell is no value."""
    found = {
        str(key): as_number(cell)
        for key, cell in row.items()
        if key not in (ID_COLUMN, FILE_COLUMN) and isinstance(cell, str)
    }
    return {key: number for key, number in found.items() if number is not None}
