"""Names of crystals as names of the blocks of a CIF, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .elements import ISOTOPES, NUMBERS

_NAME = re.compile(r"^[^\S\n]*data_(\S*)", re.MULTILINE | re.IGNORECASE)
_LONGEST = 74
"""pymatgen cuts names of blocks there."""
_PART = re.compile(r"([A-Z][a-z]?)[\d.]*")
_GENERIC = re.compile(
    r"|image\d*|global|unnamed|unknown|structure\d*|phase_?\d*|findsym-output|vesta_phase_\d+|new_?\d*",
    re.IGNORECASE,
)
"""What programs call a block that has no name."""


def block_names(blocks: Sequence[str]) -> list[str] | None:
    """The names of a CIF's several blocks; None where they name no crystals.

    They do when no two are alike and none is a chemical formula (which pymatgen writes there) or a word that
    stands for no name.
    """
    if len(blocks) < 2:
        return None
    names = [found[1] if (found := _NAME.search(block)) else "" for block in blocks]
    if len(set(names)) < len(names) or any(_names_nothing(name) for name in names):
        return None
    return names


def names_for_blocks(ids: Sequence[str]) -> list[str] | None:
    """Names of crystals in the letters that a block's name may have; None where two would be alike, or one
    cut or passed over by pymatgen.
    """
    names = [re.sub(r"[^!-~]+", "_", name) for name in ids]
    alike = len({name.lower() for name in names}) < len(names)
    return None if alike or any(map(_is_unfit, names)) else names


def _is_unfit(name: str) -> bool:
    return not name or len(name) > _LONGEST or "powder_pattern" in name


def _names_nothing(name: str) -> bool:
    plain = re.sub(r"-\d+$", "", name)
    return _GENERIC.fullmatch(name) is not None or _is_formula(plain)


def _is_formula(word: str) -> bool:
    symbols = _PART.findall(word.replace("(", "").replace(")", ""))
    whole = _PART.sub("", re.sub(r"[()\d.]", "", word)) == ""
    return bool(symbols) and whole and all(symbol in NUMBERS or symbol in ISOTOPES for symbol in symbols)
