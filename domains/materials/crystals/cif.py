"""CIF text to a crystal: the fast parser where it can, pymatgen where it must."""

from __future__ import annotations

import warnings
from typing import Any

from ....shared.errors import InputError, InputWarning
from .cif_dialect import parse_p1_cif
from .crystal import Crystal
from .structures import crystal_of

_HARMLESS = (
    "fractional coordinates rounded",
    "Issues encountered while parsing CIF",
    "No Pauling electronegativity",
)


def read_cif(text: str, name: str) -> Crystal:
    """The first crystal of a CIF, sites in pymatgen's order, not checked yet.

    What pymatgen says about an unusual CIF comes as an InputWarning.

    Raises:
        InputError: there is no crystal in the text, or it is disordered or holds no known element.
    """
    found = parse_p1_cif(text)
    return crystal_of(_first(text, name), name) if found is None else found


def cif_structures(text: str, name: str) -> list[Any]:
    """All structures of a CIF of one or more blocks, as pymatgen reads them.

    Raises:
        InputError: there is none.
    """
    from pymatgen.io.cif import CifParser

    if not text.strip():
        raise InputError("cif", "is empty", where=name, expected="the text of a CIF")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            parser = CifParser.from_str(text)
            structures = parser.parse_structures(primitive=False)
        except Exception as error:
            # Garbage fails in whatever way its characters happen to mean.
            raise _unreadable(name, _reason(error, caught)) from error
    if not structures:
        raise _unreadable(name, "it holds no structure")
    for message in dict.fromkeys(str(warning.message) for warning in caught):
        if not any(words in message for words in _HARMLESS):
            warnings.warn(f"{name}: {_one_line(message)}", InputWarning, stacklevel=3)
    return structures


def _first(text: str, name: str) -> Any:
    return cif_structures(text, name)[0]


def _reason(error: Exception, caught: list[warnings.WarningMessage]) -> str:
    """Why pymatgen found nothing; it warns of the cause and raises that there is no structure."""
    causes = [str(w.message) for w in caught if "No structure parsed" in str(w.message)]
    return _one_line(causes[0] if causes else str(error) or type(error).__name__)


def _one_line(message: str) -> str:
    words = " ".join(message.split())
    return words if len(words) <= 160 else f"{words[:157]}..."


def _unreadable(name: str, reason: str) -> InputError:
    return InputError(
        "cif", f"cannot be read: {reason.rstrip('.')}", where=name, expected="the text of a CIF"
    )
