"""All figures of a generator in one call: of what it draws, and of what it rebuilds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..crystals.crystals import Crystals
from .composition_validity import compositional_validity
from .coverage import coverage
from .cutoffs import Cutoffs
from .distributions import densities, element_counts, wasserstein
from .fingerprints import Fingerprints, fingerprints
from .matching import match_rate, metre
from .novelty import distinct_formulas, groups, novel, novel_formulas
from .scores import CrystalScores, Score
from .structural_validity import structural_validity
from .tolerances import CDVAE, STRICT, Tolerances


def score_generated(
    generated: Crystals,
    reference: Crystals,
    known: Crystals,
    *,
    cutoffs: Cutoffs,
    names: tuple[str, str, str] = ("generated", "reference", "training"),
    values: Mapping[str, tuple[np.ndarray, np.ndarray]] | None = None,
    matching: bool = True,
) -> CrystalScores:
    """Validity, coverage, distributions, and what is distinct and new.

    Args:
        reference: real crystals that the generator has not seen, best a test set.
        known: those it was trained on; compositions are standardised on them.
        cutoffs: of the light fingerprints, LIGHT_CUTOFFS or calibrated ones.
        names: what to call the three sets.
        values: a figure of the valid generated and of the reference crystals, by its name with unit.
        matching: also compare structures, which takes longer than all else.

    Raises:
        InputError: an empty reference, or values that are not finite.
    """
    structure, composition = structural_validity(generated), compositional_validity(generated)
    both = structure & composition
    rows = [
        Score(
            "structural validity", _mean(structure), "nearest atoms, own images included, over 0.5 A; volume"
        ),
        Score(
            "compositional validity", _mean(composition), "neutral, Pauling order; alloys and elements pass"
        ),
        Score("validity", _mean(both), "share valid in structure and composition"),
    ]
    rows += _coverage(fingerprints(generated), fingerprints(reference), fingerprints(known), cutoffs)
    notes = []
    if both.any():
        valid = generated.take(np.flatnonzero(both))
        meaning = "Wasserstein distance, valid ones against reference"
        compared = {
            "density (g/cm3)": (densities(valid), densities(reference)),
            "number of elements": (element_counts(valid), element_counts(reference)),
            **(values or {}),
        }
        rows += [Score(f"W {name}", wasserstein(name, *pair), meaning) for name, pair in compared.items()]
    else:
        notes.append("No Wasserstein distances: no generated crystal is valid.")
    rows += [
        Score(
            "distinct formulas", distinct_formulas(generated), "different reduced formulas, as a share of all"
        ),
        Score("new formulas", novel_formulas(generated, known), f"share with a formula not in {names[2]}"),
    ]
    if matching:
        rows += _new_structures(generated, reference, known, names)
    return CrystalScores(tuple(rows), _sets(names, (generated, reference, known)), tuple(notes))


def score_reconstruction(
    rebuilt: Crystals,
    reference: Crystals,
    *,
    name: str = "reference",
    tolerances: tuple[Tolerances, ...] = (),
) -> CrystalScores:
    """Match rate, RMSE and cRMSE under CDVAE's tolerances and the strict ones.

    Args:
        rebuilt: one for each reference crystal, in order.
        tolerances: others instead.

    Raises:
        InputError: not as many as references.
    """
    rows = []
    for each in tolerances or (CDVAE, STRICT):
        matches = match_rate(rebuilt, reference, each)
        unit = f"in (V/N)^(1/3); {each}"
        rows += [
            Score(f"match rate (stol {each.site:g})", matches.rate, f"rebuilt, valid and matched; {each}"),
            Score(f"RMSE (stol {each.site:g})", matches.rmse, f"mean over the matched {unit}"),
            Score(f"cRMSE (stol {each.site:g})", matches.crmse, f"mean, unmatched count as stol, {unit}"),
        ]
    return CrystalScores(tuple(rows), {f"reference {name}": len(reference)})


def _coverage(
    generated: Fingerprints, reference: Fingerprints, known: Fingerprints, cutoffs: Cutoffs
) -> list[Score]:
    found = coverage(generated, reference, cutoffs, scale=known if known.known.any() else None)
    how = f"{found.definition}; cutoffs {cutoffs.structure:.4g} and {cutoffs.composition:.4g}"
    return [
        Score("COV-R", found.recall, f"reference with a generated crystal near; {how}"),
        Score("COV-P", found.precision, f"generated with a reference crystal near; {how}"),
    ]


def _new_structures(
    generated: Crystals, reference: Crystals, known: Crystals, names: tuple[str, str, str]
) -> list[Score]:
    alone = (int(groups(generated).max(initial=-1)) + 1) / max(len(generated), 1)
    found = metre(generated, reference)
    return [
        Score("unique", alone, f"groups of like structures, as a share of all; {STRICT}"),
        Score(
            "novel",
            _mean(novel(generated, known)),
            f"valid structures that match none of {names[2]}; {STRICT}",
        ),
        Score("METRe", found.rate, f"reference matched by any generated crystal; {CDVAE}"),
        Score("cRMSE", found.crmse, f"of METRe, unmatched count as stol; {CDVAE}"),
    ]


def _sets(names: tuple[str, str, str], sets: tuple[Crystals, Crystals, Crystals]) -> dict[str, int]:
    roles = ("generated", "reference", "training")
    labels = [role if role == name else f"{role} {name}" for role, name in zip(roles, names, strict=True)]
    return {label: len(crystals) for label, crystals in zip(labels, sets, strict=True)}


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")
