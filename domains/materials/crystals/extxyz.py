"""Extended XYZ, the format of ASE: frame after frame, lattice and values in the second line of each."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

import numpy as np

from ....shared.errors import InputError, InputWarning
from .checks import lost_atom
from .crystals import Crystals
from .elements import SYMBOLS
from .named import Named, as_number
from .structures import ID_PROPERTY, cell_of, numbers_of

_PAIR = re.compile(r"""([\w.\-]+)=(?:"([^"]*)"|'([^']*)'|\{([^}]*)\}|(\S+))""")
_TRUE = {"t", "true", "1"}


def extxyz_text(crystals: Crystals) -> str:
    """All crystals as frames in their order, with material_id and the known properties of each."""
    matrices = crystals.matrices()
    frames = []
    for i, name in enumerate(crystals.ids):
        atoms = slice(crystals.offsets[i], crystals.offsets[i + 1])
        positions = crystals.frac[atoms] @ matrices[i]
        lattice = " ".join(f"{x:.12g}" for x in matrices[i].ravel())
        values = {key: values[i] for key, values in crystals.properties.items() if np.isfinite(values[i])}
        facts = [f'Lattice="{lattice}"', "Properties=species:S:1:pos:R:3", 'pbc="T T T"']
        facts.append(f'{ID_PROPERTY}="{_without_quotes(name)}"')
        facts += [f"{_word(key)}={value:.12g}" for key, value in values.items()]
        rows = [
            f"{SYMBOLS[number - 1]:<2} {x:.12f} {y:.12f} {z:.12f}"
            for number, (x, y, z) in zip(crystals.numbers[atoms], positions, strict=True)
        ]
        frames.append("\n".join([str(len(rows)), " ".join(facts), *rows]) + "\n")
    return "".join(frames)


def read_extxyz(text: str, name: str) -> Iterator[Named]:
    """Each frame of a text, or what is wrong with it; a frame that does not end ends the reading.

    Args:
        name: how to call the text in a message; frames are called by their material_id, else by a number.
    """
    lines = text.splitlines()
    start, frame = 0, 0
    while start < len(lines):
        if not lines[start].strip():
            start += 1
            continue
        called = f"{name}-{frame}"
        count = lines[start].strip()
        if not count.isdigit() or start + 2 + int(count) > len(lines):
            problem = f"line {start + 1} is {count[:40]!r}, and the frame ends at line {len(lines)}"
            expected = "the number of atoms, a line with the lattice, and a line for each atom"
            yield Named(called, InputError("extxyz", problem, where=called, expected=expected))
            return
        rows = lines[start + 2 : start + 2 + int(count)]
        yield _frame(lines[start + 1], rows, called)
        start, frame = start + 2 + int(count), frame + 1


def _frame(comment: str, rows: list[str], fallback: str) -> Named:
    facts = {found[0]: next((part for part in found[1:] if part), "") for found in _PAIR.findall(comment)}
    lower = {key.lower(): value for key, value in facts.items()}
    name = facts.get(ID_PROPERTY, fallback)
    values = {key: as_number(value) for key, value in facts.items() if as_number(value) is not None}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", InputWarning)
        try:
            matrix = _lattice(lower, name)
            symbols, positions = _atoms(lower.get("properties", "species:S:1:pos:R:3"), rows, name)
            numbers = numbers_of(symbols, name)
        except InputError as problem:
            return Named(name, problem)
    lost = lost_atom(positions, name)
    if lost is not None:
        return Named(name, lost)
    singular = not np.isfinite(matrix).all() or np.linalg.det(matrix) == 0.0
    # A flat cell has no fractional coordinates; the checks say that it is flat.
    frac = np.zeros_like(positions) if singular else positions @ np.linalg.inv(matrix)
    notes = tuple(str(warning.message) for warning in caught)
    return Named(name, cell_of(matrix, frac, numbers), notes, values)


def _lattice(facts: dict[str, str], name: str) -> np.ndarray:
    try:
        matrix = np.array([float(word) for word in facts.get("lattice", "").split()])
    except ValueError:
        matrix = np.empty(0)
    if matrix.size != 9:
        expected = 'Lattice="ax ay az bx by bz cx cy cz"'
        raise InputError("extxyz", "the second line has no lattice", where=name, expected=expected)
    periodic = facts.get("pbc", "T T T").lower().split()
    if not _TRUE.issuperset(periodic):
        raise InputError("extxyz", f"is not periodic (pbc {facts['pbc']})", where=name, expected="a crystal")
    return matrix.reshape(3, 3)


def _atoms(layout: str, rows: list[str], name: str) -> tuple[list[str], np.ndarray]:
    """Symbols and Cartesian positions, from the columns that the layout says."""
    words = layout.split(":")
    names, widths = words[::3], [int(word) if word.isdigit() else 0 for word in words[2::3]]
    first = dict(zip(names, [0, *np.cumsum(widths)[:-1]], strict=False))
    if len(words) % 3 or "species" not in first or "pos" not in first or 0 in widths:
        expected = "columns species:S:1 and pos:R:3"
        raise InputError("extxyz", f"Properties are {layout!r}", where=name, expected=expected)
    symbols, positions = [], np.empty((len(rows), 3))
    for i, row in enumerate(rows):
        cells = row.split()
        try:
            symbols.append(cells[first["species"]])
            positions[i] = [float(cells[first["pos"] + axis]) for axis in range(3)]
        except (IndexError, ValueError) as error:
            problem = f"atom {i} is {row.strip()[:60]!r}"
            raise InputError("extxyz", problem, where=name, expected=f"columns {layout}") from error
    return symbols, positions


def _without_quotes(name: str) -> str:
    return re.sub(r"[\"\r\n]", "_", name)


def _word(name: str) -> str:
    """A property's name as one word."""
    return re.sub(r"[^\w.\-]", "_", name)
