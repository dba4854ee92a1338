"""Do the generated crystals cover the reference, and do they stay near it: COV-R and COV-P."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from ....shared.errors import InputError
from .cutoffs import Covered, Cutoffs
from .fingerprints import Fingerprints


@dataclass(frozen=True)
class Coverage:
    """Shares and mean nearest distances, with what they were measured by."""

    recall: float
    """COV-R: reference crystals with a generated one near."""
    precision: float
    """COV-P: generated crystals, the invalid ones included, with a reference crystal near."""
    structure_recall: float
    """Mean distance of a reference structure to the nearest generated one (AMSD-R)."""
    structure_precision: float
    composition_recall: float
    """The same of compositions (AMCD-R)."""
    composition_precision: float
    cutoffs: Cutoffs
    definition: str


def coverage(
    generated: Fingerprints, reference: Fingerprints, cutoffs: Cutoffs, scale: Fingerprints | None = None
) -> Coverage:
    """COV-R and COV-P (Xu et al., ICLR 2021; for crystals Xie et al., ICLR 2022).

    A crystal is near another set if its nearest structure and its nearest composition there lie within the
    cutoffs; as upstream, these may be two different crystals. Compositions are standardised.

    Args:
        scale: whose compositions have mean 0 and deviation 1. None: those of the reference.

    Raises:
        InputError: no reference crystal has a fingerprint, or the two sets have different ones.
    """
    if generated.definition != reference.definition:
        raise InputError("fingerprints", f"are {generated.definition}", expected=reference.definition)
    there = reference.known
    if not there.any():
        raise InputError("reference", "holds no valid crystal")
    here = generated.known
    if not here.any():
        return Coverage(0.0, 0.0, np.nan, np.nan, np.nan, np.nan, cutoffs, reference.definition)
    center, spread = _standard(scale or reference)
    structure = cdist(generated.structure[here], reference.structure[there])
    composition = cdist(
        _scaled(generated.composition[here], center, spread),
        _scaled(reference.composition[there], center, spread),
    )
    near = [
        (structure.min(axis=k) <= cutoffs.structure) & (composition.min(axis=k) <= cutoffs.composition)
        for k in (0, 1)
    ]
    return Coverage(
        float(near[0].mean()),
        float(near[1].sum() / len(generated)),
        float(structure.min(axis=0).mean()),
        float(structure.min(axis=1).mean()),
        float(composition.min(axis=0).mean()),
        float(composition.min(axis=1).mean()),
        cutoffs,
        reference.definition,
    )


def covered(
    learnt: Fingerprints, held_out: Fingerprints, cutoffs: Cutoffs, scale: Fingerprints | None = None
) -> Covered:
    """The share of held-out crystals that each cutoff alone lets real crystals cover."""
    structure, composition = _nearest(learnt, held_out, scale)
    return Covered(
        float((structure <= cutoffs.structure).mean()), float((composition <= cutoffs.composition).mean())
    )


def calibrated_cutoffs(
    learnt: Fingerprints, held_out: Fingerprints, shares: Covered, scale: Fingerprints | None = None
) -> Cutoffs:
    """The cutoffs that let `learnt` cover these shares of `held_out`.

    With the shares that the upstream definition finds for the same crystals (so few of them that the shares
    are well below 1) this carries its strictness over to other fingerprints. Training and validation crystals
    are enough for it: no generated crystal and no test crystal has a say.
    """
    structure, composition = _nearest(learnt, held_out, scale)
    return Cutoffs(
        float(np.quantile(structure, shares.structure)), float(np.quantile(composition, shares.composition))
    )


def _nearest(
    learnt: Fingerprints, held_out: Fingerprints, scale: Fingerprints | None
) -> tuple[np.ndarray, np.ndarray]:
    """Distances of each held-out crystal to the nearest structure and to the nearest composition."""
    center, spread = _standard(scale or learnt)
    near, far = learnt.known, held_out.known
    one = _scaled(held_out.composition[far], center, spread)
    other = _scaled(learnt.composition[near], center, spread)
    return cdist(held_out.structure[far], learnt.structure[near]).min(axis=1), cdist(one, other).min(axis=1)


def _standard(scale: Fingerprints) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each composition column."""
    values = scale.composition[scale.known]
    spread = np.nanstd(values, axis=0)
    if scale.least_spread is not None:
        spread = np.maximum(spread, scale.least_spread)
    return np.nanmean(values, axis=0), np.where(spread > 0, spread, 1.0)


def _scaled(values: np.ndarray, center: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Standardised; what the element data do not know counts as the mean, as upstream."""
    return np.nan_to_num((values - center) / spread, nan=0.0)
