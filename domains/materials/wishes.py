"""What a user wants of a crystal, read from formulas and symbols."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from numbers import Real

import numpy as np

from ...shared.errors import InputError
from ...shared.number_check import LARGEST_SEED, is_whole
from .crystals.elements import NUMBERS, SYMBOLS

MOST_ATOMS = 1_000_000
"""No formula that has more is spelt out."""


def numbers_of_formula(formula: str, num_atoms: int | None, max_atoms: int) -> np.ndarray:
    """Atomic numbers of the atoms of a cell with this formula, int64 [N].

    Args:
        num_atoms: of the cell, a multiple of the formula's. None: one formula unit, as written.

    Raises:
        InputError: no formula, an unknown element, parts of atoms, or a number of atoms that does not fit.
    """
    from pymatgen.core import Composition

    try:
        amounts = Composition(str(formula)).get_el_amt_dict()
    except (ValueError, KeyError, ZeroDivisionError, OverflowError, RecursionError) as error:
        raise InputError("composition", f"{formula!r} is no formula", expected="such as SrTiO3") from error
    if not np.isfinite(list(amounts.values())).all() or sum(amounts.values()) > MOST_ATOMS:
        raise InputError("composition", f"{formula!r} has too many atoms", expected=f"at most {max_atoms}")
    unknown = [symbol for symbol in amounts if symbol not in NUMBERS]
    if not amounts or unknown or any(abs(x - round(x)) > 1e-6 or round(x) < 1 for x in amounts.values()):
        raise InputError(
            "composition", f"{formula!r} is no formula of whole atoms", expected="such as SrTiO3 or Sr2Ti2O6"
        )
    unit = np.repeat([NUMBERS[x] for x in amounts], [round(x) for x in amounts.values()]).astype(np.int64)
    count = len(unit) if num_atoms is None else num_atoms
    if count % len(unit) or count < 1:
        raise InputError(
            "num_atoms", f"is {count}", expected=f"a multiple of the {len(unit)} atoms of {formula}"
        )
    if count > max_atoms:
        raise InputError("composition", f"has {count} atoms", expected=f"at most {max_atoms}")
    return np.repeat(unit, count // len(unit))


def elements_of(elements: object) -> np.ndarray:
    """Which elements may occur, bool [100], column Z - 1; from symbols, or text such as "Ti,O".

    Raises:
        InputError: none, or a symbol that is no element.
    """
    expected = f"symbols from {SYMBOLS[0]} to {SYMBOLS[-1]}, such as Ti,O"
    if isinstance(elements, str):
        given: list[object] = [x for x in re.split(r"[,;\s-]+", elements) if x]
    elif isinstance(elements, Iterable):
        given = list(elements)
    else:
        raise InputError("elements", f"is {elements!r}", expected=expected)
    symbols = [x for x in given if isinstance(x, str) and x in NUMBERS]
    if len(symbols) < len(given) or not given:
        unknown = [x for x in given if not isinstance(x, str) or x not in NUMBERS]
        problem = f"{unknown[0]!r} is no element" if unknown else "names none"
        raise InputError("elements", problem, expected=expected)
    allowed = np.zeros(len(SYMBOLS), bool)
    allowed[[NUMBERS[x] - 1 for x in symbols]] = True
    return allowed


def whole_seed(value: object) -> int:
    """The value, if it can be a seed.

    Raises:
        InputError: it cannot.
    """
    return whole_number("seed", value, 0, LARGEST_SEED)


def positive_number(name: str, value: object) -> float:
    """The value, if it is a finite number above 0.

    Raises:
        InputError: it is not.
    """
    fits = isinstance(value, Real) and not isinstance(value, bool | np.bool_)
    if not fits or not 0 < float(value) < math.inf:  # type: ignore[arg-type] # a number
        raise InputError(name, f"is {value!r}", expected="a finite number above 0")
    return float(value)  # type: ignore[arg-type] # a number


def whole_number(name: str, value: object, least: int, most: int | None = None) -> int:
    """The value, if it is a whole number within the bounds.

    Raises:
        InputError: it is not.
    """
    if not is_whole(value) or value < least or (most is not None and value > most):
        raise InputError(
            name, f"is {value!r}", expected=f"a whole number from {least}{f' to {most}' if most else ''}"
        )
    return int(value)
