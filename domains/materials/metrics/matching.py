"""How many crystals were rebuilt, and how closely: match rate, RMSE, METRe and cRMSE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ....shared.errors import InputError
from ....shared.progress import progress
from ..crystals.crystals import Crystals
from ..processes import in_turn, processes_for
from .match_filter import PrimitiveCells, formulas, may_match
from .structural_validity import structural_validity, validity
from .tolerances import CDVAE, Tolerances

_CHUNK = 32
_WORTH_A_PROCESS = 1_000
"""Pairs (some 50 ms each) before another process pays for its start."""


@dataclass(frozen=True)
class Matches:
    """Root mean square displacement of each reference crystal from what was matched to it."""

    rms: np.ndarray
    """In units of the cube root of the volume per atom, float64 [M]; NaN where nothing matched."""
    tolerances: Tolerances

    @property
    def rate(self) -> float:
        """Share of the reference that was matched."""
        return float(np.isfinite(self.rms).mean())

    @property
    def rmse(self) -> float:
        """Mean displacement over the matched ones; NaN if there is none."""
        matched = self.rms[np.isfinite(self.rms)]
        return float(matched.mean()) if len(matched) else float("nan")

    @property
    def crmse(self) -> float:
        """Mean over all, where each unmatched one counts as the tolerance of a site (arXiv 2509.12178)."""
        return float(np.where(np.isfinite(self.rms), self.rms, self.tolerances.site).mean())


def match_rate(
    predicted: Crystals,
    reference: Crystals,
    tolerances: Tolerances = CDVAE,
    *,
    only_valid: bool = True,
    workers: int | None = None,
) -> Matches:
    """Crystal by crystal, whether `predicted` is `reference` again (reconstruction, structure prediction).

    Args:
        only_valid: a prediction that is not valid in structure and composition does not match, as upstream
            (Xie et al., ICLR 2022). Without it only the structure must be valid.
        workers: processes; None: as many as there are processors, if it pays.

    Raises:
        InputError: not as many predictions as references, or none.
    """
    if len(predicted) != len(reference) or not len(reference):
        problem = f"there are {len(predicted):,} for {len(reference):,} references"
        raise InputError("predicted", problem, expected="one prediction for each reference")
    valid = validity(predicted) if only_valid else structural_validity(predicted)
    rows, rms = np.flatnonzero(valid), np.full(len(reference), np.nan)
    chunks = [rows[first : first + _CHUNK] for first in range(0, len(rows), _CHUNK)]
    jobs = [(predicted.take(chunk), reference.take(chunk), tolerances) for chunk in chunks]
    _fill(rms, chunks, _pair_by_pair, jobs, processes_for(workers, len(rows), _WORTH_A_PROCESS, _CHUNK))
    return Matches(rms, tolerances)


def metre(
    generated: Crystals,
    reference: Crystals,
    tolerances: Tolerances = CDVAE,
    *,
    workers: int | None = None,
) -> Matches:
    """The best match of any generated crystal to each reference crystal: METRe is its rate, cRMSE its crmse.

    Source: "All that structure matches does not glitter", arXiv 2509.12178. Unlike a match rate pair by pair
    it does not depend on the order of polymorphs, and cRMSE does not improve where fewer match.

    Args:
        workers: processes; None: as many as there are processors, if it pays.

    Raises:
        InputError: there is no reference.
    """
    if not len(reference):
        raise InputError("reference", "holds no crystal")
    tried = generated.take(np.flatnonzero(structural_validity(generated)))
    like, best = PrimitiveCells(tried).rows, np.full(len(reference), np.nan)
    wanted = formulas(reference)
    rows = np.array([m for m, formula in enumerate(wanted) if formula in like], np.int64)
    chunks = [rows[first : first + _CHUNK] for first in range(0, len(rows), _CHUNK)]
    jobs = []
    for chunk in chunks:
        rivals = sorted({row for m in chunk for row in like[wanted[m]]})
        jobs.append((tried.take(rivals), reference.take(chunk), tolerances))
    _fill(best, chunks, _best_of_all, jobs, processes_for(workers, len(rows), _WORTH_A_PROCESS, _CHUNK))
    return Matches(best, tolerances)


def _fill(
    values: np.ndarray,
    chunks: list[np.ndarray],
    work: Callable[..., np.ndarray],
    jobs: list[tuple[Crystals, Crystals, Tolerances]],
    processes: int,
) -> None:
    """Write the answers of the jobs to the rows of their chunks."""
    with progress(sum(map(len, chunks)), "matching structures", least=200) as advance:
        for chunk, found in zip(chunks, in_turn(work, jobs, processes), strict=True):
            values[chunk] = found
            advance(len(chunk))


def _pair_by_pair(predicted: Crystals, reference: Crystals, tolerances: Tolerances) -> np.ndarray:
    tried, aim, matcher = PrimitiveCells(predicted), PrimitiveCells(reference), _Displacement(tolerances)
    return np.array([matcher.between(tried, m, aim, m) for m in range(len(reference))])


def _best_of_all(generated: Crystals, reference: Crystals, tolerances: Tolerances) -> np.ndarray:
    tried, aim, matcher = PrimitiveCells(generated), PrimitiveCells(reference), _Displacement(tolerances)
    best = np.full(len(reference), np.nan)
    for m, formula in enumerate(aim.formulas):
        for row in tried.rows.get(formula, ()):
            best[m] = np.fmin(best[m], matcher.between(tried, row, aim, m))
    return best


class _Displacement:
    """StructureMatcher's displacement, for pairs that may match."""

    def __init__(self, tolerances: Tolerances) -> None:
        self.tolerances = tolerances
        self.matcher = tolerances.matcher()

    def between(self, one: PrimitiveCells, row: int, other: PrimitiveCells, other_row: int) -> float:
        """NaN where they do not match."""
        if not may_match(one, row, other, other_row, self.tolerances):
            return float("nan")
        found = self.matcher.get_rms_dist(one.structure(row), other.structure(other_row))
        return float("nan") if found is None else float(found[0])
