"""What pymatgen leaves out of a CIF, or takes for something else, with no more than a warning."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ....shared.errors import InputError, note
from .elements import ISOTOPES, MAX_NUMBER, NUMBERS
from .named import as_number

_WATER = frozenset({"Hw", "Ow"})
"""Hydrogen and oxygen of water, as some write them."""
_GROUPS = ("OH", "O-H", "NO3", "Wat", "wat")
"""Labels of several atoms, of which pymatgen keeps one or none."""
_FORMULAS = ("_chemical_formula_sum", "_chemical_formula_structural")
_TOLERANCE = 0.01
"""Of the ratio of two elements: pymatgen's own."""
_SPACE_GROUPS = (
    "_symmetry_space_group_name_H-M",
    "_space_group_name_H-M_alt",
    "_space_group_name_Hall",
    "_symmetry_space_group_name_Hall",
    "_symmetry_Int_Tables_number",
    "_space_group_IT_number",
)
_NO_SYMMETRY = frozenset({"", "?", ".", "P1", "1"})


def require_atoms(block: Mapping[str, Any], name: str) -> None:
    """Refuse atoms that pymatgen would leave out, or take for another element or another place.

    Args:
        block: the fields of a CIF's block, loops as lists of text.
        name: how to call the crystal in a message.

    Raises:
        InputError: names the first such atom.
    """
    symbols, labels = _column(block, "type_symbol"), _column(block, "label")
    for site, symbol in enumerate(symbols):
        letters = _letters(symbol)
        if letters.title() in NUMBERS or letters in ISOTOPES or letters in _WATER or " + " in symbol:
            continue  # "0.8Nb + 0.2Zr" is a disordered site, which is told of as such
        raise _no_element(site, symbol, name)
    for site, label in enumerate(() if symbols else labels):
        if not _letters(label) or label.startswith(_GROUPS):
            raise _no_element(site, label, name, remedy="Add the column _atom_site_type_symbol")
    for axis in "xyz":
        for site, word in enumerate(_column(block, f"fract_{axis}")):
            if word in ("?", "."):
                called = labels[site] if site < len(labels) else site
                raise InputError(
                    "coordinates",
                    f"atom {called} has {axis} {word!r}",
                    where=name,
                    expected="a number in _atom_site_fract_" + axis,
                    remedy="Fill it in, or take the atom out of list and formula",
                )
    attached = [word for word in _column(block, "attached_hydrogens") if as_number(word)]
    if attached:
        problem = f"{len(attached)} of its atoms carry hydrogens that have no place of their own"
        raise InputError("cif", problem, where=name, expected="each atom with its coordinates")


def require_formula(block: Mapping[str, Any], amounts: Mapping[str, float], name: str) -> None:
    """Refuse atoms in other ratios than the CIF's own formula: some were lost, or are another element.

    Args:
        amounts: of each element's symbol, in the crystal as read.

    Raises:
        InputError: tells both formulas.
    """
    from pymatgen.core import Composition

    written = next((str(block[key]).strip() for key in _FORMULAS if block.get(key)), "")
    if written in ("", "?", "."):
        return
    try:
        said = _as_elements(Composition(written).as_dict())
    except Exception as error:
        # Formulas are written in many ways, and fail in as many.
        note(f"{name}: the formula {written!r} is not understood ({' '.join(str(error).split())[:80]})")
        return
    found = _as_elements(amounts)
    ratios = [found[symbol] / said[symbol] for symbol in said if symbol in found and said[symbol]]
    same = said.keys() == found.keys() and max(ratios) - min(ratios) < _TOLERANCE * max(1.0, max(ratios))
    if not same:
        raise InputError(
            "cif",
            f"its atoms are {_spelt(found)}, and its formula says {written}",
            where=name,
            expected="as many atoms of each element as the formula says",
            remedy="Complete the list of atoms, or correct the formula",
        )


def require_symmetry(block: Mapping[str, Any], name: str) -> None:
    """Refuse a space group that pymatgen, finding no operations for it, would read as P 1.

    Raises:
        InputError: names the group.
    """
    for key in _SPACE_GROUPS:
        written = str(block.get(key) or "").strip()
        if re.sub(r"[\s_'\"]", "", written) not in _NO_SYMMETRY:
            raise InputError(
                key,
                f"{written!r} is no space group known here",
                where=name,
                expected="a standard symbol, or the list of operations (_symmetry_equiv_pos_as_xyz)",
            )


def _column(block: Mapping[str, Any], name: str) -> Sequence[str]:
    found = block.get(f"_atom_site_{name}", ())
    return [found] if isinstance(found, str) else found


def _letters(symbol: str) -> str:
    found = re.match(r"[A-Za-z]+", symbol)
    return found[0] if found else ""


def _no_element(site: int, symbol: str, name: str, remedy: str | None = None) -> InputError:
    return InputError(
        "element",
        f"site {site} holds {symbol!r}, which is no element known here",
        where=name,
        expected=f"a symbol from H to Fm (Z 1-{MAX_NUMBER})",
        remedy=remedy,
    )


def _as_elements(amounts: Mapping[str, float]) -> dict[str, float]:
    """By element: charges left away, deuterium and tritium counted as hydrogen."""
    found: dict[str, float] = {}
    for species, amount in amounts.items():
        symbol = _letters(str(species))
        symbol = ISOTOPES.get(symbol, symbol)
        found[symbol] = found.get(symbol, 0.0) + float(amount)
    return found


def _spelt(amounts: Mapping[str, float]) -> str:
    return " ".join(f"{symbol}{amount:g}" for symbol, amount in amounts.items())
