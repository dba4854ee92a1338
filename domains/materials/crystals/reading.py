"""Crystals from whatever holds them: structures, text, files, folders and tables."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from ....shared.errors import InputError, InputErrors, InputWarning
from .checks import MIN_DISTANCE, find_problems, no_crystals, unique_ids
from .crystal import pack
from .crystal_cache import cache_folder, cache_key, load_reading, save_reading
from .crystals import Crystals
from .named import Named
from .niggli import niggli_reduced
from .report import Reading, notes_table
from .sources import named_crystals
from .table import CrystalTable, is_table, read_table, table_of
from .table_rows import RowResult, read_rows


def read_crystals(
    source: Any,
    *,
    properties: Sequence[str] | str = (),
    niggli: bool = False,
    max_atoms: int | None = None,
    min_distance: float = MIN_DISTANCE,
    workers: int | None = None,
    cache: Path | str | bool | None = None,
) -> Crystals:
    """The crystals of a source, checked; what cannot be used is reported together and skipped.

    Args:
        source: a pymatgen Structure, ASE Atoms, a path (CIF, POSCAR, extxyz, a folder of them, or a table:
            CSV, feather, parquet with columns material_id, cif, properties; JSON of `write_crystals`), the
            text of a CIF, POSCAR or extxyz, a data frame, Crystals, or a list of any of these but tables.
        properties: columns of the table to take along, or properties of the structures; numbers, NaN where
            there is none. One may be given as text.
        niggli: bring every cell to Niggli's form.
        max_atoms: leave out crystals of more atoms.
        min_distance: angstrom; leave out crystals with two atoms nearer than this.
        workers: processes for rows that pymatgen must read. None: as it pays.
        cache: folder to keep the packed arrays of files in, or True for the user's cache folder.

    Raises:
        InputError: nothing could be read, the table itself is at fault (a column), or a setting is none.
    """
    reading = read_with_report(
        source,
        properties=properties,
        niggli=niggli,
        max_atoms=max_atoms,
        min_distance=min_distance,
        workers=workers,
        cache=cache,
    )
    if reading.skipped:
        warnings.warn(reading.table(), InputWarning, stacklevel=2)
    if reading.notes:
        warnings.warn(notes_table(reading.notes), InputWarning, stacklevel=2)
    return reading.crystals


def read_with_report(
    source: Any,
    *,
    properties: Sequence[str] | str = (),
    niggli: bool = False,
    max_atoms: int | None = None,
    min_distance: float = MIN_DISTANCE,
    workers: int | None = None,
    cache: Path | str | bool | None = None,
) -> Reading:
    """As `read_crystals`, and what was skipped and changed as values instead of warnings."""
    properties = _names(properties)
    max_atoms, min_distance = _most_atoms(max_atoms), _distance(min_distance)
    path = _file_of(source)
    folder = cache_folder(cache)
    if path is None or folder is None:
        return _read(source, properties, niggli, max_atoms, min_distance, workers)
    key = cache_key(
        path,
        properties=properties,
        niggli=niggli,
        max_atoms=max_atoms,
        min_distance=min_distance,
    )
    kept = load_reading(folder / f"{key}.npz")
    if kept is not None:
        return kept
    reading = _read(source, properties, niggli, max_atoms, min_distance, workers)
    save_reading(reading, folder / f"{key}.npz")
    return reading


def _names(properties: Sequence[str] | str) -> list[str]:
    """Names of properties; one given as text is one, not its letters."""
    if properties is None:
        return []
    names = [properties] if isinstance(properties, str) else properties
    if not isinstance(names, Iterable) or not all(isinstance(name, str) for name in names):
        expected = 'names of columns, such as ["band_gap"]'
        raise InputError("properties", f"is {properties!r}", expected=expected)
    return list(names)


def _most_atoms(given: Any) -> int | None:
    if given is None:
        return None
    if not isinstance(given, Integral) or isinstance(given, bool) or given < 1:
        raise InputError("max_atoms", f"is {given!r}", expected="1 or more, or None")
    return int(given)


def _distance(given: Any) -> float:
    number = float(given) if isinstance(given, Real) and not isinstance(given, bool) else float("nan")
    if not 0 <= number < float("inf"):
        raise InputError("min_distance", f"is {given!r}", expected="angstrom, 0 or more")
    return number


def _file_of(source: Any) -> Path | None:
    """The one file that a source is, if it is one that is there."""
    if isinstance(source, str) and "\n" in source:
        return None
    path = Path(source).expanduser() if isinstance(source, (str, Path)) else None
    try:
        return path if path is not None and path.is_file() else None
    except OSError:  # a name that no file can have
        return None


def _read(
    source: Any,
    properties: Sequence[str],
    niggli: bool,
    max_atoms: int | None,
    min_distance: float,
    workers: int | None,
) -> Reading:
    table = _table(source, properties)
    if table is not None:
        fit = [row for row in range(len(table.ids)) if row not in table.problems]
        texts, names = [table.texts[row] for row in fit], [table.ids[row] for row in fit]
        found = dict(zip(fit, read_rows(texts, names, niggli=niggli, workers=workers), strict=True))
        rows = [found.get(row) or RowResult(None, table.problems[row]) for row in range(len(table.ids))]
        return _reading(rows, table.ids, table.properties, max_atoms, min_distance)
    named = named_crystals(source)
    taken = tuple(source.properties) if isinstance(source, Crystals) and not properties else properties
    kept = _named_properties(named, taken)
    rows = [_row(one, niggli) for one in named]
    return _reading(rows, [one.name for one in named], kept, max_atoms, min_distance)


def _table(source: Any, properties: Sequence[str]) -> CrystalTable | None:
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        return table_of(source, properties)
    if isinstance(source, (str, Path)) and "\n" not in str(source) and is_table(Path(source)):
        return read_table(Path(source).expanduser(), properties)
    return None


def _named_properties(named: Sequence[Named], properties: Sequence[str]) -> dict[str, np.ndarray]:
    """The wanted values that structures, frames and Crystals bring along; NaN where one has none.

    Raises:
        InputError: no crystal has a value of that name, or one has a value that is no number.
    """
    found = {}
    for name in dict.fromkeys(properties):
        have = [one for one in named if name in one.values]
        if not have:
            known = ", ".join(dict.fromkeys(key for one in named for key in one.values)) or "none"
            raise InputError(name, "is no property of any crystal", expected=f"one of: {known}")
        found[name] = np.array([_number(one, name) for one in named])
    return found


def _number(named: Named, name: str) -> float:
    value = named.values.get(name)
    if value is None:
        return float("nan")
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("inf")
    if np.isinf(number):
        told = value.item() if isinstance(value, np.generic) else value
        raise InputError(name, f"is {told!r}", where=named.name, expected="a finite number")
    return number


def _row(named: Named, niggli: bool) -> RowResult:
    if isinstance(named.crystal, InputError):
        return RowResult(None, named.crystal)
    try:
        crystal = niggli_reduced(named.crystal, named.name) if niggli else named.crystal
    except InputError as problem:
        return RowResult(None, problem)
    return RowResult(crystal, None, named.notes)


def _reading(
    rows: Sequence[RowResult],
    names: Sequence[str],
    properties: Mapping[str, np.ndarray],
    max_atoms: int | None,
    min_distance: float,
) -> Reading:
    """Check what could be read, and leave out what is unfit."""
    if not rows:
        raise no_crystals("source")
    unique_ids(names)
    skipped = {name: row.problem for name, row in zip(names, rows, strict=True) if row.problem is not None}
    read = [i for i, row in enumerate(rows) if row.crystal is not None]
    packed = pack(
        [row.crystal for row in rows if row.crystal is not None],
        [names[i] for i in read],
        {name: values[read] for name, values in properties.items()},
    )
    unfit = find_problems(packed, max_atoms=max_atoms, min_distance=min_distance)
    skipped |= {packed.ids[i]: problem for i, problem in unfit.items()}
    in_order = {name: skipped[name] for name in names if name in skipped}
    if len(skipped) == len(rows):
        raise InputErrors(list(in_order.values()))
    fit = packed if not unfit else packed.take([i for i in range(len(packed)) if i not in unfit])
    notes = [note for row in rows for note in row.notes]
    return Reading(fit, in_order, tuple(dict.fromkeys(notes)))
