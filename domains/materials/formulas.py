"""Formulas of crystals as text."""

from __future__ import annotations

import warnings
from collections import Counter

import numpy as np

from .crystals.crystals import Crystals
from .crystals.elements import SYMBOLS
from .metrics.composition_validity import reduced_counts
from .metrics.match_filter import Formula, formulas


def formula_texts(crystals: Crystals) -> list[str]:
    """Reduced formula of each, elements by atomic number: "N3Cu1Cd1"."""
    return [_text(formula) for formula in formulas(crystals)]


def formula_text(numbers: np.ndarray) -> str:
    """The same of one cell's atomic numbers [N]."""
    elements, counts = np.unique(numbers, return_counts=True)
    return _text((tuple(elements.tolist()), reduced_counts(counts)))


def _text(formula: Formula) -> str:
    return "".join(f"{SYMBOLS[number - 1]}{count}" for number, count in zip(*formula, strict=True))


def written_formulas(crystals: Crystals) -> list[str]:
    """Reduced formula of each as chemists write it, by electronegativity: "CdCuN3"."""
    from pymatgen.core import Composition

    texts = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymatgen warns of the electronegativity that noble gases have not
        for start, stop in zip(crystals.offsets[:-1], crystals.offsets[1:], strict=True):
            symbols = Counter(SYMBOLS[number - 1] for number in crystals.numbers[start:stop])
            texts.append(Composition(symbols).reduced_formula)
    return texts
