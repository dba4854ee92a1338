"""CIF text to crystals: the fast parser where it can, pymatgen where it must."""

from __future__ import annotations

import re
import warnings
from typing import Any

from ....shared.errors import InputError, InputWarning
from .checks import cell_problem
from .cif_atoms import require_atoms, require_formula, require_symmetry
from .cif_diagnosis import diagnose_cif
from .cif_dialect import parse_p1_cif
from .crystal import Crystal
from .structures import crystal_of

_HARMLESS = (
    "fractional coordinates rounded",
    "Issues encountered while parsing CIF",
    "No Pauling electronegativity",
)
_SITES = frozenset({"_atom_site_label", "_atom_site_type_symbol"})
_BLOCK = re.compile(r"^(?:[^\S\n]*#[^\n]*\n\s*)*(?=[^\S\n]*data_)", re.MULTILINE | re.IGNORECASE)
_CELL = tuple(
    re.compile(rf"^\s*_cell_{name}\s+([^\s(]+)", re.MULTILINE | re.IGNORECASE)
    for name in ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
)


def cif_blocks(text: str) -> list[str]:
    """The blocks of a CIF that hold atoms, in their order; the whole text if none does."""
    blocks = [block for block in _BLOCK.split(text) if "_atom_site_" in block]
    return blocks or [text]


def read_cif(text: str, name: str) -> Crystal:
    """The first crystal of a CIF, sites in pymatgen's order, not checked yet.

    What pymatgen says about an unusual CIF comes as an InputWarning, and so do crystals after the first.

    Raises:
        InputError: there is no crystal in the text, its cell is none, it is disordered, holds no known
            element, or lists other atoms than its formula says.
    """
    found = parse_p1_cif(text)
    if found is not None:
        return found
    blocks = cif_blocks(text)
    if len(blocks) > 1:
        told = f"{name}: the text holds {len(blocks)} crystals, of which the first is read"
        warnings.warn(told, InputWarning, stacklevel=2)
    found = parse_p1_cif(blocks[0])
    return _by_pymatgen(blocks[0], name) if found is None else found


def _by_pymatgen(text: str, name: str) -> Crystal:
    """One block, with what pymatgen would leave out of it refused."""
    structure, block = _structure(text, name)
    crystal = crystal_of(structure, name)
    require_formula(block, structure.composition.as_dict(), name)
    return crystal


def _structure(text: str, name: str) -> tuple[Any, dict[str, Any]]:
    """The structure of one block, as pymatgen reads it, and the block's fields."""
    from pymatgen.io.cif import CifParser

    if not text.strip():
        raise InputError("cif", "is empty", where=name, expected="the text of a CIF")
    _check_cell(text, name)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            # Formulas are compared here, where deuterium is hydrogen.
            parser = CifParser.from_str(text, check_cif=False)
            block = next((one for one in parser.as_dict().values() if _SITES & one.keys()), {})
            require_atoms(block, name)
            structure = parser.parse_structures(primitive=False)[0]
        except InputError:
            raise
        except Exception as error:
            # Garbage fails in whatever way its characters happen to mean.
            reason = _reason(error, caught).rstrip(".")
            raise diagnose_cif(text, name, reason) or InputError(
                "cif", f"cannot be read: {reason}", where=name, expected="the text of a CIF"
            ) from error
    told = dict.fromkeys(str(warning.message) for warning in caught)
    if any("Defaulting to P1" in message for message in told):
        require_symmetry(block, name)
    for message in told:
        if not any(words in message for words in _HARMLESS):
            warnings.warn(f"{name}: {_one_line(message)}", InputWarning, stacklevel=4)
    return structure, block


def _check_cell(text: str, name: str) -> None:
    """Refuse a cell that pymatgen would bend until it is one: negative lengths, impossible angles."""
    words = [found[1] if (found := pattern.search(text)) else "" for pattern in _CELL]
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        return  # symmetry may give what is not there, and pymatgen says what is no number
    problem = cell_problem(numbers[:3], numbers[3:], name)
    if problem is not None:
        raise problem


def _reason(error: Exception, caught: list[warnings.WarningMessage]) -> str:
    """Why pymatgen found nothing; it warns of the cause and raises that there is no structure."""
    causes = [str(w.message) for w in caught if "No structure parsed" in str(w.message)]
    return _one_line(causes[0] if causes else str(error) or type(error).__name__)


def _one_line(message: str) -> str:
    words = " ".join(message.split())
    return words if len(words) <= 160 else f"{words[:157]}..."
