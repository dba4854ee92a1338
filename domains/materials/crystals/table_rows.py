"""Rows of CIF text to crystals: as many at once as there are processors, with a progress bar."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ....shared.errors import InputError, InputWarning
from ....shared.progress import progress
from ..processes import in_turn, processes_for
from .cif import read_cif
from .cif_dialect import parse_p1_cif
from .crystal import Crystal
from .niggli import niggli_reduced

_CHUNK = 64
_Sent = tuple[Crystal | None, dict[str, str | None] | None, tuple[str, ...]]
"""A row result without exceptions, which do not survive being sent."""
_WORTH_A_PROCESS = 400
"""Rows that pymatgen must read (some 5 ms each) before another process pays for its start."""


@dataclass(frozen=True)
class RowResult:
    """What became of one row."""

    crystal: Crystal | None
    problem: InputError | None = None
    notes: tuple[str, ...] = ()


def read_rows(
    texts: Sequence[str], names: Sequence[str], *, niggli: bool = False, workers: int | None = None
) -> list[RowResult]:
    """Each text as a crystal, or what is wrong with it.

    Texts in pymatgen's own dialect are read at once; those that need pymatgen, and all when they are to be
    reduced, are shared among processes when there are enough of them.

    Args:
        names: how to call each in a message.
        niggli: reduce the cells.
        workers: processes; None: as many as there are processors, if it pays.
    """
    results: list[RowResult | None] = [None] * len(texts)
    with progress(len(texts), "reading crystals", least=1_000) as advance:
        slow: list[int] = list(range(len(texts))) if niggli else []
        for start in range(0, 0 if niggli else len(texts), _CHUNK):
            block = range(start, min(start + _CHUNK, len(texts)))
            crystals = [parse_p1_cif(texts[row]) for row in block]
            left = [row for row, crystal in zip(block, crystals, strict=True) if crystal is None]
            slow += left
            for row, crystal in zip(block, crystals, strict=True):
                results[row] = None if crystal is None else RowResult(crystal)
            advance(len(block) - len(left))
        chunks = [slow[start : start + _CHUNK] for start in range(0, len(slow), _CHUNK)]
        jobs = [([texts[row] for row in chunk], [names[row] for row in chunk]) for chunk in chunks]
        for chunk, answer in zip(
            chunks,
            _map(jobs, niggli, processes_for(workers, len(slow), _WORTH_A_PROCESS, _CHUNK)),
            strict=True,
        ):
            for row, result in zip(chunk, answer, strict=True):
                results[row] = result
            advance(len(chunk))
    return [result for result in results if result is not None]


def read_row(text: str, name: str, niggli: bool) -> RowResult:
    """One text as a crystal, or what is wrong with it; warnings come as notes."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", InputWarning)
        try:
            crystal = read_cif(text, name)
            crystal = niggli_reduced(crystal, name) if niggli else crystal
        except InputError as problem:
            return RowResult(None, problem)
    notes = [str(warning.message) for warning in caught if issubclass(warning.category, InputWarning)]
    return RowResult(crystal, None, tuple(dict.fromkeys(notes)))


def read_chunk(texts: Sequence[str], names: Sequence[str], niggli: bool) -> list[_Sent]:
    """Some rows one after another, in the form that goes from process to process."""
    rows = (read_row(text, name, niggli) for text, name in zip(texts, names, strict=True))
    return [(row.crystal, row.problem.as_dict() if row.problem else None, row.notes) for row in rows]


def _received(sent: _Sent) -> RowResult:
    crystal, facts, notes = sent
    return RowResult(crystal, None if facts is None else InputError.from_dict(facts), notes)


def _map(
    chunks: list[tuple[list[str], list[str]]], niggli: bool, processes: int
) -> Iterator[list[RowResult]]:
    """The chunks in their order, each as soon as it and those before it are done."""
    if processes <= 1:
        for texts, names in chunks:
            yield [read_row(text, name, niggli) for text, name in zip(texts, names, strict=True)]
        return
    for answer in in_turn(read_chunk, [(texts, names, niggli) for texts, names in chunks], processes):
        yield [_received(sent) for sent in answer]
