"""Which crystals are arranged as no known one is, whatever the elements."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ..crystals.crystals import Crystals
from ..crystals.structures import structures_of
from .match_filter import formulas
from .tolerances import STRICT, Tolerances


def new_structure_types(crystals: Crystals, known: Crystals, tolerances: Tolerances = STRICT) -> np.ndarray:
    """Which of the crystals match no known one with its elements exchanged for others, bool [M].

    Rock salt is one type, whether of sodium and chlorine or of magnesium and oxygen. Every pair of like
    stoichiometry is matched (pymatgen's StructureMatcher, `fit_anonymous`): for small sets.
    """
    matcher = tolerances.matcher()
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for row, (_, counts) in enumerate(formulas(known)):
        alike[tuple(sorted(counts))].append(row)
    tried, others = structures_of(crystals), structures_of(known)
    return np.array(
        [
            not any(matcher.fit_anonymous(one, others[row]) for row in alike[tuple(sorted(counts))])
            for one, (_, counts) in zip(tried, formulas(crystals), strict=True)
        ],
        bool,
    )
