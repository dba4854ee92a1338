"""One crystal as text: formula, sequences of symbols, CIF, and lines for language models."""

from __future__ import annotations

import re
import warnings
from collections import Counter

import numpy as np

from ....shared.errors import InputError, InputWarning
from ..crystals.cif_text import cif_texts
from ..crystals.crystals import Crystals
from ..crystals.elements import SYMBOLS

SYMPREC = 0.1
"""Angstrom within which the symmetrised CIF takes atoms for equivalent, as MatText does."""
_NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+\b")


def symbols_of(crystal: Crystals) -> list[str]:
    """Chemical symbol of each site."""
    return [SYMBOLS[number - 1] for number in crystal.numbers]


def composition(crystal: Crystals, decimals: int) -> str:
    """Hill formula without blanks: carbon, hydrogen, then by letter; without carbon all by letter."""
    counts = Counter(symbols_of(crystal))
    first = [name for name in ("C", "H") if name in counts] if "C" in counts else []
    order = first + sorted(set(counts) - set(first))
    return "".join(f"{name}{counts[name] if counts[name] > 1 else ''}" for name in order)


def atom_sequence(crystal: Crystals, decimals: int) -> str:
    """Symbols of all sites, parted by blanks."""
    return " ".join(symbols_of(crystal))


def atom_sequence_and_cell(crystal: Crystals, decimals: int) -> str:
    """Symbols of all sites, then a b c in angstrom, then alpha beta gamma in whole degrees (cut off)."""
    lengths = [_rounded(length, decimals) for length in crystal.lengths[0]]
    return " ".join([*symbols_of(crystal), *lengths, *whole_degrees(crystal)])


def p1_cif(crystal: Crystals, decimals: int) -> str:
    """CIF without symmetry and without its first line, numbers rounded."""
    return _round_numbers(cif_texts(crystal)[0], decimals)


def symmetrized_cif(crystal: Crystals, decimals: int) -> str:
    """CIF of the refined conventional cell with its symmetry, without its first line, numbers rounded.

    Raises:
        InputError: no symmetry was found.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", InputWarning)
        try:
            return _round_numbers(cif_texts(crystal, symprec=SYMPREC)[0], decimals)
        except InputWarning as warning:
            raise InputError(
                "cif_symmetrized", str(warning), where=crystal.ids[0], remedy="Use cif_p1"
            ) from warning


def crystal_text_llm(crystal: Crystals, decimals: int) -> str:
    """Lines for a language model (Gruver et al. 2024, arXiv 2402.04379).

    a b c to one decimal; angles in whole degrees (cut off); then of each site its symbol and, in the next
    line, its fractional coordinates to two decimals.
    """
    lines = [" ".join(f"{length:.1f}" for length in crystal.lengths[0]), " ".join(whole_degrees(crystal))]
    for symbol, place in zip(symbols_of(crystal), crystal.frac, strict=True):
        lines += [symbol, " ".join(f"{x:.2f}" for x in place)]
    return "\n".join(lines)


def whole_degrees(crystal: Crystals) -> list[str]:
    """Angles cut off to whole degrees; 89.9999999 is 90, as its digits past the sixth are rounding."""
    return [str(int(np.round(angle, 6))) for angle in crystal.angles[0]]


def _rounded(value: float, decimals: int) -> str:
    return str(round(float(value), decimals) + 0.0)


def _round_numbers(cif: str, decimals: int) -> str:
    """Without the comment in the first line, every decimal number rounded."""
    text = cif.split("\n", 1)[1]
    return _NUMBER.sub(lambda found: _rounded(float(found[0]), decimals), text)
