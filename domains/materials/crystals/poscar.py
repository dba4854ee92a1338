"""VASP's POSCAR, read by pymatgen and never guessed at, and written."""

from __future__ import annotations

import warnings
from pathlib import Path

from ....shared.errors import InputError, note
from .crystal import Crystal
from .crystals import Crystals
from .named import as_number
from .structures import crystal_of, structures_of

POSCAR_ENDINGS = (".vasp", ".poscar")
_NAMES = ("POSCAR", "CONTCAR")
_NO_SYMBOLS = "Elements in POSCAR cannot be determined"
_TELLING = ("Selective dynamics values must be", "Selective dynamics toggled with Fluorine")
"""Warnings of pymatgen that may mean that a column was taken for another."""


def is_vasp_name(path: Path) -> bool:
    """Whether a file is called as VASP calls them all: POSCAR, CONTCAR, POSCAR_relaxed."""
    return path.name.upper().startswith(_NAMES)


def is_poscar_name(path: Path) -> bool:
    """Whether a file's name says that it is a POSCAR: as VASP calls it, or by its ending."""
    return is_vasp_name(path) or path.suffix.lower() in POSCAR_ENDINGS


def read_poscar(text: str, name: str) -> Crystal:
    """The crystal of a POSCAR, not checked yet.

    Raises:
        InputError: it cannot be read, names no elements, or lists other numbers of elements or atoms than it
            counts.
    """
    from pymatgen.io.vasp import Poscar

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            structure = Poscar.from_str(text).structure
        except Exception as error:
            # Garbage fails in whatever way its lines happen to mean.
            reason = " ".join(str(error).split())[:160] or type(error).__name__
            reason = "it ends too early" if isinstance(error, IndexError) else reason
            expected = (
                "title, scale, three lattice vectors, symbols, counts, Direct or Cartesian, and the atoms"
            )
            raise InputError("poscar", f"cannot be read: {reason}", where=name, expected=expected) from error
    told = [str(warning.message) for warning in caught]
    if any(_NO_SYMBOLS in message for message in told):
        raise InputError(
            "poscar",
            "names no elements",
            where=name,
            expected="a line of symbols before the line of counts, as VASP 5 writes it",
            remedy="Add that line, such as Na Cl, in the order of the POTCAR",
        )
    _require_all_read(text, len(structure), name)
    for message in dict.fromkeys(told):
        if any(words in message for words in _TELLING):
            note(f"{name}: {' '.join(message.split())}")
    return crystal_of(structure, name)


def _require_all_read(text: str, atoms: int, name: str) -> None:
    """Refuse symbols without a count, and atoms beyond the counts: pymatgen leaves both out."""
    lines = [line.split("#")[0] for line in text.rstrip().splitlines()]
    counts = next((i for i in range(5, len(lines)) if _are_counts(lines[i])), len(lines))
    while counts + 1 < len(lines) and _are_counts(lines[counts + 1]):
        counts += 1  # VASP breaks long lines of symbols and counts
    symbols = [word for line in lines[5:counts] for word in line.split()]
    numbers = [word for line in lines[5 : counts + 1] if _are_counts(line) for word in line.split()]
    symbols = [word for word in symbols if not word.isdigit()]
    if symbols and len(symbols) != len(numbers):
        raise InputError(
            "poscar",
            f"has {len(symbols)} symbols and {len(numbers)} counts",
            where=name,
            expected="one count each",
        )
    start = counts + 1
    while start < len(lines) and lines[start].strip()[:1].isalpha():
        start += 1
    beyond = lines[start + atoms].split()[:3] if start + atoms < len(lines) else []
    if len(beyond) == 3 and all(as_number(word) is not None for word in beyond):
        raise InputError(
            "poscar", f"lists more atoms than the {atoms} it counts", where=name, expected="one line an atom"
        )


def _are_counts(line: str) -> bool:
    words = line.split()
    return bool(words) and all(word.isdigit() for word in words)


def poscar_text(crystals: Crystals, target: str) -> str:
    """The one crystal as POSCAR, its name in the first line.

    Raises:
        InputError: there are more, or fewer.
    """
    from pymatgen.io.vasp import Poscar

    if len(crystals) != 1:
        raise InputError(
            target,
            f"is a POSCAR, and there are {len(crystals)} crystals",
            expected="one crystal",
            remedy="Take one, or write FILE.extxyz, FILE.cif or a folder, which hold many",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of elements without an electronegativity
        poscar = Poscar(structures_of(crystals)[0], comment=" ".join(crystals.ids[0].split()))
        return poscar.get_str(significant_figures=12)
