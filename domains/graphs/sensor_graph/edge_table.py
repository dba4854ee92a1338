"""Tables of edges: which column says what, and where a wrong row stands for whoever has to correct it."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from ....shared.errors import InputError, note
from ....shared.panels.frame_columns import column_of
from .checks import SIGNED, checked_names, counted, listed, node_name

SENDERS = ("from", "sender", "source", "src", "i")
RECEIVERS = ("to", "receiver", "target", "destination", "dst", "j")
WEIGHTS = ("weight", "weights", "w")
DISTANCES = ("distance", "cost", "dist", "length")
_EXPECTED = "from, to and weight, distance or cost"


@dataclass(frozen=True)
class EdgeTable:
    """A row an edge, from a data frame or a file."""

    frame: pd.DataFrame
    path: Path | None = None
    """The file it was read from."""
    delimiter: str = ","
    headed: bool = True
    """Whether the file's first line names the columns."""

    @property
    def name(self) -> str:
        """What notes about it begin with."""
        return "edges" if self.path is None else self.path.name

    def place(self, row: int) -> str:
        """Where a row stands: its line in the file, the first being 1, or its number in the frame."""
        return f"row {row}" if self.path is None else f"line {self._line(row)[0]}"

    def places(self, *rows: int) -> str:
        """Where several rows stand: "lines 2 and 5"."""
        numbers = [self.place(row).split() for row in rows]
        return f"{numbers[0][0]}s {' and '.join(number for _, number in numbers)}"

    def cell(self, row: int, column: object) -> str:
        """What stands there, as it was written: 'much', or empty."""
        if self.path is None:
            return repr(column_of(self.frame, column).iloc[row])
        _, cells = self._line(row)
        place = list(self.frame.columns).index(column)
        text = cells[place].strip() if place < len(cells) else ""
        return repr(text) if text else "empty"

    def _line(self, row: int) -> tuple[int, list[str]]:
        return next(islice(self._lines(), row + self.headed, None))

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Number and cells of each line that is not blank."""
        assert self.path is not None
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter)
            for cells in reader:
                if len(cells) > 1 or any(cell.strip() for cell in cells):
                    yield reader.line_num, cells


@dataclass(frozen=True)
class EdgeColumns:
    """The columns of a table of edges, by what they say."""

    sender: object
    receiver: object
    weight: object = None
    distance: object = None

    @property
    def ends(self) -> tuple[object, object]:
        """Sender and receiver."""
        return self.sender, self.receiver


def end_columns(names: Iterable[object]) -> tuple[object, object] | None:
    """Which of these columns name sender and receiver; None where they are not those of edges."""
    known = {_plain(name): name for name in names}
    sender, receiver = (_first(known, choices) for choices in (SENDERS, RECEIVERS))
    return None if sender is None or receiver is None else (sender, receiver)


def edge_columns(table: EdgeTable) -> EdgeColumns:
    """Which column is which; a note names those that are left aside.

    Raises:
        InputError: no columns of ends; or no weights, but a column that could be meant for them.
    """
    known = {_plain(name): name for name in table.frame.columns}
    ends = end_columns(table.frame.columns)
    if ends is None:
        raise InputError(
            "edges", f"the columns are {listed(list(known))}", expected=_EXPECTED, remedy="Rename them"
        )
    weight = _first(known, WEIGHTS)
    distance = _first(known, DISTANCES) if weight is None else None
    used = {*ends, weight, distance}
    rest = [name for name in table.frame.columns if name not in used]
    rest = [name for name in rest if not _plain(name).startswith("unnamed: ")]  # row numbers of pandas
    if weight is None and distance is None:
        _require_no_weights(table, rest)
    if rest:
        lost = "" if weight is not None or distance is not None else ", and every edge has weight 1"
        note(f"{table.name}: not used: {listed(rest)}{lost}")
    return EdgeColumns(*ends, weight, distance)


def _plain(name: object) -> str:
    return str(name).strip().lower()


def _first(known: dict[str, object], choices: Sequence[str]) -> object:
    return next((known[name] for name in choices if name in known), None)


def _require_no_weights(table: EdgeTable, rest: Sequence[object]) -> None:
    """Raise InputError for a column, beside the ends, that is a misspelt weight or holds numbers."""
    for name in rest:
        near = difflib.get_close_matches(_plain(name), (*WEIGHTS, *DISTANCES), 1, 0.75)
        numeric = pd.api.types.is_numeric_dtype(column_of(table.frame, name))
        if near or numeric:
            told = f"Did you mean {near[0]!r}? " if near else ""
            raise InputError(
                str(name),
                "is no column of a table of edges",
                where="line 1" if table.path is not None else None,
                expected=_EXPECTED,
                remedy=f"{told}Rename it, or leave it out for edges of weight 1",
            )


def edge_ends(
    table: EdgeTable, columns: EdgeColumns, nodes: int | Sequence[object] | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Node numbers int64 [2, E], and the N names: those given, else those listed.

    Listed ids are sorted if they are whole numbers, else they keep the order in which they appear.

    Raises:
        InputError: an id is missing, or no node has it.
    """
    ends = [column_of(table.frame, name) for name in columns.ends]
    both = pd.concat(ends, ignore_index=True)
    if both.isna().any():
        row = int(np.flatnonzero(both.isna())[0]) % max(len(ends[0]), 1)
        raise InputError(
            "edges",
            "the id of a node is missing",
            where=table.place(row),
            expected="a sender and a receiver",
            remedy="Correct the row, or leave it out",
        )
    distinct = pd.unique(both)
    if nodes is None:
        whole = pd.api.types.is_numeric_dtype(both) or pd.Series(distinct).astype(str).str.isdigit().all()
        names = checked_names(sorted(distinct, key=float) if whole else list(distinct))
    else:
        names = checked_names(nodes)
    number = {name: place for place, name in enumerate(names)}
    unknown = [node_name(found) for found in distinct if node_name(found) not in number]
    if unknown:
        rows = both.map(node_name).isin(unknown).to_numpy().reshape(2, -1).any(0)
        edges = counted(np.count_nonzero(rows), "edge names", "edges name")
        raise InputError(
            "edges",
            f"{edges} {counted(len(unknown), 'node that is', 'nodes that are')} not there: {listed(unknown)}",
            where=table.place(int(rows.argmax())),
            expected=f"one of the {len(names)} nodes ({listed(names)})",
            remedy="Check that ids of edges and of signals are the same",
        )
    code = {found: number[node_name(found)] for found in distinct}
    return both.map(code).to_numpy(dtype=np.int64).reshape(2, -1), names


def edge_numbers(table: EdgeTable, column: object, field: str, *, signed: bool, infinite: bool) -> np.ndarray:
    """A column of weights or distances as float64 [E].

    Args:
        signed: whether they may be negative.
        infinite: whether they may be positive infinity, a way that is not there.

    Raises:
        InputError: text that is no number, nothing at all in some row, or a number that may not be.
    """
    values = np.asarray(pd.to_numeric(column_of(table.frame, column), errors="coerce"), dtype=np.float64)
    missing = "a number for each edge", "Correct it, or leave out the edge"
    endless = "finite numbers", "Leave those edges out"
    negative = f"{field}s of 0 and more", SIGNED if field == "weight" else "Correct them"
    for wrong, problem, (expected, remedy) in (
        (np.isnan(values), "missing or no number", missing),
        (np.isinf(values) & ~(infinite & (values > 0)), "infinite", endless),
        ((values < 0) & (not signed), "negative", negative),
    ):
        if wrong.any():
            row = int(wrong.argmax())
            raise InputError(
                field,
                f"{counted(np.count_nonzero(wrong), f'{field} is', f'{field}s are')} {problem}",
                where=f"{table.place(row)}, {table.cell(row, column)}",
                expected=expected,
                remedy=remedy,
            )
    return values
