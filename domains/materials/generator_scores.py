"""All figures of a crystal generator on crystals it was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .crystals.crystals import Crystals
from .known_elements import unseen_sentence
from .metrics.cutoffs import Cutoffs
from .metrics.evaluation import score_generated, score_reconstruction
from .metrics.scores import CrystalScores, Score
from .metrics.structural_validity import validity

if TYPE_CHECKING:
    from .crystal_generator import CrystalGenerator
    from .generated import GeneratedCrystals

PERCENTILES = (5, 10, 15)
NOT_AT_HAND = "training reference"
"""What `score_generated` calls the training crystals where the reference stands for them."""


def generator_scores(
    generator: CrystalGenerator,
    reference: Crystals,
    known: Crystals | None,
    *,
    n: int,
    cutoffs: Cutoffs,
    matching: bool,
    seed: int,
    steps: int | None,
) -> CrystalScores:
    """Reconstruction, property and generation; see `CrystalGenerator.evaluate`."""
    rebuilt = generator.reconstruct(reference, seed=seed, steps=steps).crystals
    made = generator.generate(n, seed=seed, steps=steps)
    drawn = score_generated(
        made.crystals,
        reference,
        reference if known is None else known,
        cutoffs=cutoffs,
        # Where training crystals are not at hand, what is not among the reference is all that can be told.
        names=("generated", "reference", "reference" if known is None else "training"),
        values=predicted_and_true(generator, made, reference),
        matching=matching,
    )
    new = 1.0 if made.novel is None else made.novel.mean()
    rows = [
        replace(row, value=float(new), meaning="share with a reduced formula that was not trained on")
        if row.name == "new formulas"
        else row
        for row in drawn.scores
    ]
    rebuilding = score_reconstruction(rebuilt, reference)
    scores = (*rebuilding.scores, *_property(generator, reference), *rows)
    seen = generator.seen_elements()
    strange = None if seen is None else unseen_sentence(reference, seen)
    notes = drawn.notes if strange is None else (*drawn.notes, strange)
    sets = {name: size for name, size in drawn.sets.items() if known is not None or name != NOT_AT_HAND}
    return CrystalScores(scores, sets, notes)


def predicted_and_true(
    generator: CrystalGenerator, made: GeneratedCrystals, reference: Crystals
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The trained property: predicted of valid generated crystals, and as known of the reference.

    As CDVAE's "energy" distance, which compares predictions of generated crystals with the data.

    Returns:
        By what to call it in `score_generated`; nothing where no crystal is valid or no value is known.
    """
    scale = generator.fitted().property
    if scale is None or scale.name not in reference.properties or not made.valid.any():
        return {}
    truth = reference.properties[scale.name]
    truth = truth[np.isfinite(truth)]
    predicted = made.crystals.properties[scale.name][made.valid]
    return {f"{scale.name} (predicted)": (predicted, truth)} if len(truth) else {}


def success_rates(
    generator: CrystalGenerator, start: Crystals, limits: Sequence[float], *, seed: int = 0
) -> tuple[Score, ...]:
    """SR5, SR10, SR15 of CDVAE: share of starts whose best crystal is valid and at or below a limit.

    The property is predicted by the generator itself from the optimised crystal, as no first-principles value
    is at hand: another predictor may disagree.

    Args:
        limits: the 5th, 10th and 15th percentile of the property.
    """
    name = generator.fitted().property
    assert name is not None
    best = generator.optimize(name.name, "min", start, seed=seed).crystals
    value, valid = best.properties[name.name], validity(best)
    return tuple(
        Score(
            f"SR{percent}", float((valid & (value <= limit)).mean()), f"best crystal valid and <= {limit:.4g}"
        )
        for percent, limit in zip(PERCENTILES, limits, strict=True)
    )


def _property(generator: CrystalGenerator, reference: Crystals) -> list[Score]:
    scale = generator.fitted().property
    if scale is None or scale.name not in reference.properties:
        return []
    truth = reference.properties[scale.name]
    known = np.isfinite(truth)
    if not known.any():
        return []
    error = np.abs(generator.predict(reference) - truth)[known]
    floor = np.abs(truth[known] - scale.mean)
    return [
        Score(f"MAE {scale.name}", float(error.mean()), "predicted from the latent, in the property's unit"),
        Score(f"floor {scale.name}", float(floor.mean()), "MAE of the training crystals' mean"),
    ]
