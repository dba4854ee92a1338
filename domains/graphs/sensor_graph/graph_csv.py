"""Graphs in text files: a line an edge, with or without a header, or a line a row of the adjacency."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from ....shared.errors import InputError
from .checks import node_name
from .edge_table import EdgeTable, end_columns

HEADLESS = ("from", "to", "distance")
"""Columns of a file without a header, as DCRNN publishes distances."""
_EXPECTED = "edges (from,to,weight or from,to,distance) or an adjacency, N rows of N numbers"
_MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]


def read_graph_csv(path: Path) -> EdgeTable | pd.DataFrame:
    """A table of edges, or the frame of an adjacency whose columns name the nodes where the file does.

    Ids of nodes are read as text, so that "007" and "NA" stay what they are.

    Raises:
        InputError: no readable table, no edge in it, or one that could be either.
    """
    try:
        delimiter, cells = _first_line(path)
        headed = not all(_is_number(cell) for cell in cells)
        table = _read(path, delimiter, cells, headed=headed)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"is no readable table ({error})", expected=_EXPECTED) from error
    rows, columns = table.shape
    if headed and are_edges(table):
        if not rows:
            raise InputError(
                str(path),
                "holds a header and no edge",
                expected="a line for each edge below it",
                remedy="Give the edges, or choose a model that reads no graph: rnn, stid",
            )
        return EdgeTable(_stripped(table), path, delimiter)
    if headed and columns in (2, 3) and (rows != columns or not _all_numbers(table)):
        raise InputError(
            str(path),
            f"{delimiter.join(cells)!r} is no header of edges",
            where="line 1",
            expected="from,to,weight or from,to,distance, then a line for each edge",
            remedy="Name the columns so, in a line before the first edge",
        )
    if headed:
        return _square(path, table)
    if columns in (2, 3) and rows == columns:
        raise InputError(
            str(path),
            f"{rows} rows of {columns} numbers could be edges or an adjacency",
            remedy="Give it a header, from,to,weight or the nodes' names",
        )
    if columns in (2, 3):
        named = table.set_axis(list(HEADLESS[:columns]), axis=1)
        return EdgeTable(_stripped(named), path, delimiter, headed=False)
    if rows == columns + 1:  # the first row holds names that are numbers
        names = [node_name(name) for name in table.iloc[0]]
        return table.iloc[1:].reset_index(drop=True).set_axis(names, axis=1)
    return _square(path, table)


def _read(path: Path, delimiter: str, cells: list[str], *, headed: bool) -> pd.DataFrame:
    """The file as a frame; where it holds edges, with ids as text in which only what is empty is missing."""
    keys: dict[str, Any] = {
        "sep": delimiter,
        "header": 0 if headed else None,
        "index_col": 0 if cells[0] == "" else None,
        "skipinitialspace": True,
    }
    table = pd.read_csv(path, **keys)
    ends = end_columns(table.columns) if headed and are_edges(table) else None
    if headed and ends is None:
        return table
    if ends is None and table.shape[1] not in (2, 3):
        return table
    text = ends or (0, 1)
    missing = {name: [""] if name in text else _MISSING for name in table.columns}
    return pd.read_csv(path, **keys, dtype=dict.fromkeys(text, str), keep_default_na=False, na_values=missing)


def are_edges(table: pd.DataFrame) -> bool:
    """Whether a frame with named columns lists edges, rather than the rows of an adjacency."""
    names = list(table.columns)
    if len(names) > 3 and table.shape[0] == table.shape[1]:
        names = [name for name in names if str(name).strip().lower() not in ("i", "j")]  # nodes of a to j
    return end_columns(names) is not None


def _square(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    rows, columns = table.shape
    if rows != columns:
        raise InputError(str(path), f"has {rows} rows of {columns} columns", expected=_EXPECTED)
    return table


def _all_numbers(table: pd.DataFrame) -> bool:
    return all(pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes)


def _stripped(table: pd.DataFrame) -> pd.DataFrame:
    """The table with no blanks around its texts; ids that are all written as 773869.0 become 773869."""
    made = {}
    for name, column in table.items():
        if pd.api.types.is_numeric_dtype(column.dtype):
            continue
        text = column.str.strip()
        text = text.mask(text == "")
        whole = text.dropna().str.fullmatch(r"\d+\.0")
        made[str(name)] = text.str.removesuffix(".0") if len(whole) and whole.all() else text
    return table.assign(**made)


def _first_line(path: Path) -> tuple[str, list[str]]:
    """The sign between columns, and the cells of the first line."""
    with path.open(encoding="utf-8-sig") as file:
        line = file.readline().rstrip("\r\n")
    delimiter = max(",;\t ", key=line.count)
    return delimiter, [cell.strip().strip('"') for cell in line.split(delimiter)]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
