"""Why a CIF cannot be read: what is missing, cut off or no number, where pymatgen tells of its own arrays."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ....shared.errors import InputError
from .named import as_number

_WORD = re.compile(r"'(?:[^'\n]|'(?=\S))*'|\"(?:[^\"\n]|\"(?=\S))*\"|\S+")
_TEXT_FIELD = re.compile(r"^;.*?^;", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_CELL = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
_CELL_SETTINGS = ("_symmetry_cell_setting", "_space_group_crystal_system")
_AXES = ("x", "y", "z")
_SAME_PLACE = 1e-3
"""In fractions of the cell; pymatgen takes atoms nearer than a tenth of this for one."""


def diagnose_cif(text: str, name: str, reason: str) -> InputError | None:
    """What is wrong with the block that pymatgen could not read; None: nothing that is seen here.

    Args:
        reason: why, as pymatgen has it.
    """
    single, loops = _fields(text)
    sites = next((loop for loop in loops if any(key.startswith("_atom_site_") for key in loop[0])), None)
    if sites is None and not any(key.startswith("_cell_") for key in single):
        return None
    if not re.search(r"^\s*data_", text, re.MULTILINE | re.IGNORECASE):
        problem = "cannot be read: it has no line data_NAME"
        return InputError("cif", problem, where=name, expected="that line before all fields")
    cut = next((loop for loop in loops if len(loop[1]) % len(loop[0]) or not loop[1]), None)
    if cut is not None:
        columns, words = cut
        return InputError(
            "cif",
            f"cannot be read: the loop of {columns[0]} has {len(words)} values in {len(columns)} columns",
            where=name,
            expected="rows of one value for each column",
            remedy="Copy the whole text again if it was cut off, and quote values that hold blanks",
        )
    problem = _cell_problem(single, name) or _site_problem(sites, name)
    if problem is None and sites is not None and "ccupanc" in reason:
        return _crowded(_table(sites), name)
    return problem


def _table(sites: tuple[list[str], list[str]]) -> dict[str, list[str]]:
    columns, words = sites
    return {key: words[i :: len(columns)] for i, key in enumerate(columns)}


def _fields(text: str) -> tuple[dict[str, str], list[tuple[list[str], list[str]]]]:
    """Single values by name, and loops as columns and values."""
    words = list(_words(text))
    single: dict[str, str] = {}
    loops: list[tuple[list[str], list[str]]] = []
    at = 0
    while at < len(words):
        if words[at].lower() == "loop_":
            columns, at = _taken(words, at + 1, names=True)
            values, at = _taken(words, at, names=False)
            if columns:
                loops.append((columns, values))
        elif words[at].startswith("_"):
            value = words[at + 1] if at + 1 < len(words) and not _is_name(words[at + 1]) else ""
            single[words[at]] = value
            at += 2 if value else 1
        else:
            at += 1
    return single, loops


def _words(text: str) -> Iterator[str]:
    plain = _COMMENT.sub("", _TEXT_FIELD.sub("'text'", text))
    return (found[0] for found in _WORD.finditer(plain))


def _is_name(word: str) -> bool:
    return word.startswith("_") or word.lower() == "loop_" or word.lower().startswith("data_")


def _taken(words: Sequence[str], at: int, *, names: bool) -> tuple[list[str], int]:
    """The words from a place on as long as they are names of fields, or are none."""
    start = at
    while at < len(words) and (words[at].startswith("_") if names else not _is_name(words[at])):
        at += 1
    return list(words[start:at]), at


def _cell_problem(single: Mapping[str, str], name: str) -> InputError | None:
    if any(key in single for key in _CELL_SETTINGS):
        return None  # which says what is not there
    for part in _CELL:
        key = f"_cell_{part}"
        if key not in single:
            near = difflib.get_close_matches(key, [other for other in single if other not in _cell_keys()], 1)
            return InputError(
                "cif",
                f"cannot be read: it has no {key}",
                where=name,
                expected="three lengths in angstrom and three angles in degrees",
                remedy=f"Did you mean it by {near[0]}" if near else None,
            )
        if _number(single[key]) is None:
            return InputError(key, f"is {single[key]!r}", where=name, expected="a number")
    return None


def _cell_keys() -> set[str]:
    return {f"_cell_{part}" for part in _CELL}


def _site_problem(sites: tuple[list[str], list[str]] | None, name: str) -> InputError | None:
    if sites is None:
        expected = "a loop of _atom_site_label, _atom_site_type_symbol, _atom_site_fract_x, y and z"
        return InputError("cif", "cannot be read: it lists no atoms", where=name, expected=expected)
    table = _table(sites)
    for key in ("_atom_site_label", *(f"_atom_site_fract_{axis}" for axis in _AXES)):
        if key not in table:
            near = difflib.get_close_matches(key, table, 1, cutoff=0.9)
            told = f"Did you mean it by {near[0]}" if near else None
            problem = f"cannot be read: its list of atoms has no column {key}"
            return InputError("cif", problem, where=name, expected=key, remedy=told)
    for site, label in enumerate(table["_atom_site_label"]):
        for axis in _AXES:
            word = table[f"_atom_site_fract_{axis}"][site]
            number = _number(word)
            if number is None or not np.isfinite(number):
                problem = f"atom {label} is at {axis} {word}"
                return InputError("coordinates", problem, where=name, expected="finite numbers")
    return None


def _crowded(table: Mapping[str, Sequence[str]], name: str) -> InputError:
    """What is wrong with sites that hold more than one atom."""
    labels = table["_atom_site_label"]
    for label, word in zip(labels, table.get("_atom_site_occupancy", ()), strict=False):
        if (_number(word) or 0.0) > 1.0:
            problem = f"of atom {label} is {word}"
            return InputError("_atom_site_occupancy", problem, where=name, expected="at most 1")
    words = [table[f"_atom_site_fract_{axis}"] for axis in _AXES]
    places = np.array([[_number(word) for word in column] for column in words], np.float64).T
    for first, place in enumerate(places):
        apart = places[first + 1 :] - place
        near = np.flatnonzero(np.abs(apart - np.round(apart)).max(axis=1, initial=0.0) < _SAME_PLACE)
        if len(near):
            second = labels[first + 1 + near[0]]
            return InputError(
                "atoms",
                f"{labels[first]} and {second} overlap: both are at {' '.join(f'{x:g}' for x in place)}",
                where=name,
                expected="one atom in one place",
                remedy="Take out the one that was written twice",
            )
    return InputError(
        "atoms",
        "two of them overlap once the symmetry of the CIF is applied",
        where=name,
        expected="one atom in one place",
        remedy="List one atom of each kind that symmetry makes, or give the space group as P 1",
    )


def _number(word: str) -> float | None:
    """A number with or without its uncertainty, 5.64(2)."""
    return as_number(re.sub(r"\(.*", "", word.strip("'\"")))
