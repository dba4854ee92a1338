"""How many generated crystals differ from each other and from those learnt from."""

from __future__ import annotations

import numpy as np

from ..crystals.crystals import Crystals
from .match_filter import PrimitiveCells, formulas, may_match
from .structural_validity import structural_validity
from .tolerances import STRICT, Tolerances


def groups(crystals: Crystals, tolerances: Tolerances = STRICT) -> np.ndarray:
    """Number of the group of like structures that each crystal is in, int64 [M], in order of appearance.

    A crystal joins the first group whose first member it matches (matching is not transitive, so the order
    may count). One that is not valid in structure stays alone. The share of unique crystals is
    `(groups.max() + 1) / M`.
    """
    valid, cells, matcher = structural_validity(crystals), PrimitiveCells(crystals), _Sameness(tolerances)
    group = np.full(len(crystals), -1, np.int64)
    leaders: dict[object, list[int]] = {}
    count = 0
    for m, formula in enumerate(cells.formulas):
        like = leaders.setdefault(formula, [])
        leader = next((k for k in like if matcher.same(cells, m, cells, k)), None) if valid[m] else None
        if leader is None:
            group[m] = count
            count += 1
            if valid[m]:
                like.append(m)
        else:
            group[m] = group[leader]
    return group


def novel(crystals: Crystals, known: Crystals, tolerances: Tolerances = STRICT) -> np.ndarray:
    """Which crystals match none of the known ones, bool [M]. What is not valid in structure is not novel."""
    valid = structural_validity(crystals)
    tried, aim, matcher = PrimitiveCells(crystals), PrimitiveCells(known), _Sameness(tolerances)
    return np.array(
        [
            valid[m] and not any(matcher.same(tried, m, aim, k) for k in aim.rows.get(formula, ()))
            for m, formula in enumerate(tried.formulas)
        ],
        bool,
    )


def distinct_formulas(crystals: Crystals) -> float:
    """Different reduced formulas among the crystals, as a share of them."""
    return len(set(formulas(crystals))) / max(len(crystals), 1)


def novel_formulas(crystals: Crystals, known: Crystals) -> float:
    """Share of the crystals with a reduced formula that no known crystal has."""
    seen = set(formulas(known))
    return sum(formula not in seen for formula in formulas(crystals)) / max(len(crystals), 1)


class _Sameness:
    """StructureMatcher's yes or no, for pairs that may match."""

    def __init__(self, tolerances: Tolerances) -> None:
        self.tolerances = tolerances
        self.matcher = tolerances.matcher()

    def same(self, one: PrimitiveCells, row: int, other: PrimitiveCells, other_row: int) -> bool:
        """Whether no atom is further off than the tolerance of a site."""
        if not may_match(one, row, other, other_row, self.tolerances):
            return False
        first, second = one.reduced(row), other.reduced(other_row)
        assert first is not None
        assert second is not None
        return bool(self.matcher.fit(first, second, skip_structure_reduction=True))
