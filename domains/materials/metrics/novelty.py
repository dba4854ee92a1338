"""How many generated crystals differ from each other and from those learnt from."""

from __future__ import annotations

import numpy as np

from ....shared.progress import progress
from ..crystals.crystals import Crystals
from ..processes import in_turn, processes_for
from .match_filter import PrimitiveCells, formulas, may_match
from .structural_validity import structural_validity
from .tolerances import STRICT, Tolerances

_CHUNK = 32
_WORTH_A_PROCESS = 1_000
"""Crystals before another process pays for its start."""


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


def novel(
    crystals: Crystals, known: Crystals, tolerances: Tolerances = STRICT, *, workers: int | None = None
) -> np.ndarray:
    """Which crystals match none of the known ones, bool [M]. What is not valid in structure is not novel.

    Args:
        workers: processes; None: as many as there are processors, if it pays.

    Raises:
        InputError: workers below 1.
    """
    like, own = PrimitiveCells(known).rows, formulas(crystals)
    chunks = [np.arange(k, min(k + _CHUNK, len(crystals))) for k in range(0, len(crystals), _CHUNK)]
    jobs = []
    for chunk in chunks:
        rivals = sorted({row for m in chunk for row in like.get(own[m], ())})
        jobs.append((crystals.take(chunk), known.take(rivals), tolerances))
    found, processes = [], processes_for(workers, len(crystals), _WORTH_A_PROCESS, _CHUNK)
    with progress(len(crystals), "looking for known structures", least=200) as advance:
        for answer in in_turn(_novel, jobs, processes):
            found.append(answer)
            advance(len(answer))
    return np.concatenate(found) if found else np.zeros(0, bool)


def _novel(crystals: Crystals, known: Crystals, tolerances: Tolerances) -> np.ndarray:
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
