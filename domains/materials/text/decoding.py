"""Text back to a crystal, where a representation holds all of it."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from typing import Any

import numpy as np

from ....shared.errors import InputError
from ..crystals.checks import cell_problem
from ..crystals.crystal import Crystal
from ..crystals.elements import NUMBERS
from ..crystals.structures import crystal_of

_SUM = re.compile(r"^_chemical_formula_sum\s+(?:'([^'\n]+)'|(\w+))\s*$", re.MULTILINE)
_PART = re.compile(r"([A-Z][a-z]?)(\d*)")


def read_crystal_text_llm(text: str, name: str, decimals: int) -> Crystal:
    """A crystal from the lines that `crystal_text_llm` writes.

    Raises:
        InputError: a line is not what it must be, or the cell is none.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) < 4 or len(lines) % 2:
        problem = f"has {len(lines)} lines"
        raise InputError("crystal_text_llm", problem, where=name, expected="lengths, angles, then two a site")
    lengths, angles = (_three(lines[i], i, name) for i in (0, 1))
    problem = cell_problem(lengths, angles, name)
    if problem is not None:
        raise problem
    for i in range(2, len(lines), 2):
        if lines[i] not in NUMBERS:
            raise InputError("crystal_text_llm", f"{lines[i]!r} is no element", where=f"{name}, line {i + 1}")
    frac = [_three(lines[i], i, name) for i in range(3, len(lines), 2)]
    return Crystal(np.array(frac, np.float64), [NUMBERS[symbol] for symbol in lines[2::2]], lengths, angles)


def read_rounded_cif(text: str, name: str, decimals: int) -> Crystal:
    """A crystal from a CIF whose numbers are rounded to `decimals`.

    Symmetry makes several images of one atom out of a rounded special position; images nearer than the
    rounding are one, and the formula must come out as the CIF states it.

    Raises:
        InputError: there is no crystal in the text, or not the one that its formula says.
    """
    from pymatgen.io.cif import CifParser

    step = max(10.0**-decimals, 1e-4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            parser = CifParser.from_str(text, site_tolerance=2 * step, frac_tolerance=step)
            structure = parser.parse_structures(primitive=False)[0]
        except Exception as error:
            # Garbage fails in whatever way its characters happen to mean.
            problem = f"cannot be read: {' '.join(str(error).split()) or type(error).__name__}"
            raise InputError("cif", problem, where=name, expected="the text of a CIF") from error
    found = crystal_of(structure, name)
    stated = _SUM.search(text)
    if stated is not None:
        _check_formula(stated[1] or stated[2], structure, name)
    return found


def _check_formula(stated: str, structure: Any, name: str) -> None:
    wanted = Counter({symbol: int(count or 1) for symbol, count in _PART.findall(stated)})
    found = Counter(site.specie.symbol for site in structure)
    if found != wanted:
        got = " ".join(f"{symbol}{count}" for symbol, count in sorted(found.items()))
        problem = f"its sites and symmetry make {got}, its formula says {stated}"
        raise InputError("cif", problem, where=name, remedy="Write it with more decimals, or as cif_p1")


def _three(line: str, row: int, name: str) -> list[float]:
    words = line.split()
    try:
        values = [float(word) for word in words]
    except ValueError:
        values = []
    if len(values) != 3 or not all(abs(value) < 1e6 for value in values):
        where = f"{name}, line {row + 1}"
        raise InputError("crystal_text_llm", f"{line!r} is not three numbers", where=where)
    return values
