"""Formulas of crystals as text."""

from __future__ import annotations

from .crystals.crystals import Crystals
from .crystals.elements import SYMBOLS
from .metrics.match_filter import formulas


def formula_texts(crystals: Crystals) -> list[str]:
    """Reduced formula of each, elements by atomic number: "N3Cu1Cd1"."""
    return [
        "".join(f"{SYMBOLS[number - 1]}{count}" for number, count in zip(*formula, strict=True))
        for formula in formulas(crystals)
    ]
