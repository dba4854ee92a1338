"""What the evaluate stage leaves for the report, as plain files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from ...domains.materials.crystal_generator import CrystalGenerator
from ...domains.materials.crystals.crystals import Crystals
from ...domains.materials.formulas import formula_texts, written_formulas
from ...domains.materials.generated import GeneratedCrystals
from ...domains.materials.generator_scores import predicted_and_true
from ...domains.materials.known_elements import unseen_sentence, unseen_untold
from ...domains.materials.metrics.cutoffs import LIGHT_CUTOFFS
from ...domains.materials.metrics.evaluation import score_generated, score_reconstruction
from ...domains.materials.metrics.matching import match_rate
from ...domains.materials.metrics.structure_types import new_structure_types
from ...domains.materials.metrics.tolerances import CDVAE
from ..generated_files import write_generated
from ..output_file import write_json
from .preparation import DataSummary, save_crystals
from .settings import VOLUME, Settings

MOST_PAIRS = 10_000
"""Of test and training crystals up to which structure types are compared: a minute at most."""
MAPPED = 1_500
"""Crystals of a set on the latent map, so that the page stays small."""


class SetRates(BaseModel):
    """One set of crystals, and how many of them could be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int
    structure: float
    """Share valid in structure; `composition`: in composition; `both`."""
    composition: float
    both: float
    density: float
    """Median, g/cm3."""
    nearest: float
    """Median of the nearest distance, angstrom."""
    distinct: float
    """Different reduced formulas, as a share of the crystals."""
    new: float | None
    """Share with a reduced formula not among the training crystals; None of those themselves."""


class Rebuilt(BaseModel):
    """How many crystals of one part came back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int
    rate: float
    """Match rate with CDVAE's tolerances."""
    rmse: float | None
    """Of those that matched, in units of the cube root of the volume per atom; None where none did."""


class Optimised(BaseModel):
    """The property before and after its descent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    formulas: list[str]
    """Of start and end: "SrTiO3 → CaTiO3"."""
    start: list[float | None]
    """True value of the start; None where it is not known."""
    predicted: list[float]
    """Of the crystal it ended with, by the generator."""
    actual: list[float] | None
    """Computed from that crystal, where the property can be."""
    valid: list[bool]


class Evaluation(BaseModel):
    """Everything judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rates: dict[str, SetRates]
    """By set: training, test, generated."""
    scores: dict[str, Any]
    """`CrystalScores.as_dict` of generation and reconstruction."""
    rebuilt: dict[str, Rebuilt]
    """By part: training (as many as there are test crystals), validation, test."""
    new_types: int | None
    """Test crystals arranged as no training crystal is, whatever the elements; None: not looked into."""
    mae: float | None
    """Of the property on the test crystals; None where it is known of none. `floor`: of the training mean."""
    floor: float | None
    optimised: Optimised | None


@unseen_untold()
def evaluate_generator(
    generator: CrystalGenerator,
    parts: dict[str, Crystals],
    summary: DataSummary,
    settings: Settings,
    folder: Path,
) -> Evaluation:
    """Judge the generator; writes evaluation.json, crystals/, generated.npz, rebuilt.npz and latents.npz."""
    train, test = parts["train"], parts["test"]
    made = generator.generate(settings.samples, seed=settings.seed, steps=settings.steps)
    rebuilt = generator.reconstruct(test, seed=settings.seed, steps=settings.steps)
    write_generated(made, folder / "crystals")
    save_crystals(made.crystals, folder / "generated.npz")
    save_crystals(rebuilt.crystals, folder / "rebuilt.npz")
    names = ("generated", f"{summary.title}, test part", f"{summary.title}, training part")
    cutoffs = LIGHT_CUTOFFS.get(settings.data, LIGHT_CUTOFFS["mp_20"])
    drawn = score_generated(
        made.crystals,
        test,
        train,
        cutoffs=cutoffs,
        names=names,
        values=predicted_and_true(generator, made, test),
        matching=False,
    )
    found = score_reconstruction(rebuilt.crystals, test, name=names[1]).as_dict()
    scores = drawn.as_dict()
    scores["scores"] = {**found["scores"], **scores["scores"]}  # type: ignore[dict-item] # both are mappings
    seen = generator.seen_elements()
    strange = None if seen is None else unseen_sentence(test, seen)
    scores["notes"] = [*drawn.notes, *([] if strange is None else [f"Of the test crystals, {strange}."])]
    true, told = test.properties[settings.property], generator.predict(test)
    _save_latents(generator, parts, made, told, settings, folder)
    known = np.isfinite(true)
    mean = np.nanmean(train.properties[settings.property])
    evaluation = Evaluation(
        rates={
            "training": set_rates(GeneratedCrystals(train), None),
            "test": set_rates(GeneratedCrystals(test), train),
            "generated": set_rates(made, train),
        },
        scores=scores,
        rebuilt=_rebuilt(generator, parts, rebuilt.crystals, settings),
        new_types=_new_types(test, train),
        mae=float(np.abs(told - true)[known].mean()) if known.any() else None,
        floor=float(np.abs(mean - true)[known].mean()) if known.any() else None,
        optimised=_optimised(generator, test, settings),
    )
    write_json(evaluation.model_dump(mode="json"), folder / "evaluation.json")
    return evaluation


def set_rates(marked: GeneratedCrystals, known: Crystals | None) -> SetRates:
    """Figures of one set; `known`: the training crystals, whose formulas are not new."""
    formulas = formula_texts(marked.crystals)
    seen = None if known is None else frozenset(formula_texts(known))
    return SetRates(
        count=len(marked),
        structure=float(marked.structure_valid.mean()),
        composition=float(marked.composition_valid.mean()),
        both=float(marked.valid.mean()),
        density=float(np.median(marked.density)),
        nearest=float(np.median(marked.nearest_distance)),
        distinct=len(set(formulas)) / len(formulas),
        new=None if seen is None else float(np.mean([text not in seen for text in formulas])),
    )


def _rebuilt(
    generator: CrystalGenerator, parts: dict[str, Crystals], test_again: Crystals, settings: Settings
) -> dict[str, Rebuilt]:
    """The same figures of crystals that it learnt from, and of those it did not."""
    test, found = parts["test"], {}
    for name, part in (("training", "train"), ("validation", "validation"), ("test", "test")):
        given = parts[part].take(np.arange(min(len(parts[part]), len(test))))
        if not len(given):
            continue
        again = test_again
        if part != "test":
            again = generator.reconstruct(given, seed=settings.seed, steps=settings.steps).crystals
        matches = match_rate(again, given, CDVAE)
        rmse = float(matches.rmse) if np.isfinite(matches.rmse) else None
        found[name] = Rebuilt(count=len(given), rate=matches.rate, rmse=rmse)
    return found


def _new_types(test: Crystals, train: Crystals) -> int | None:
    if len(test) * len(train) > MOST_PAIRS:
        return None
    return int(new_structure_types(test, train).sum())


def actual_property(crystals: Crystals, name: str) -> np.ndarray | None:
    """The property computed from the crystals; None where only a calculation of energies could."""
    return crystals.volumes() / crystals.counts if name == VOLUME else None


def principal_plane(latents: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, the two directions of largest variance [2, L] and their shares of it."""
    mean = latents.mean(0)
    _, spread, directions = np.linalg.svd(latents - mean, full_matrices=False)
    variance = spread**2
    return mean, directions[:2], variance[:2] / max(float(variance.sum()), 1e-12)


def _save_latents(
    generator: CrystalGenerator,
    parts: dict[str, Crystals],
    made: GeneratedCrystals,
    told: np.ndarray,
    settings: Settings,
    folder: Path,
) -> None:
    """Latent means in the plane of the training crystals' largest variance, and the predictions."""
    model = generator.fitted()

    def means(crystals: Crystals) -> np.ndarray:
        few = crystals.take(np.arange(min(len(crystals), MAPPED)))
        return model.posterior(few)[0].double().numpy()

    mean, plane, shares = principal_plane(means(parts["train"]))
    places = {
        "train": (means(parts["train"]) - mean) @ plane.T,
        "test": (means(parts["test"]) - mean) @ plane.T,
        "generated": (means(made.crystals) - mean) @ plane.T,
    }
    values = {part: parts[part].properties[settings.property][:MAPPED] for part in ("train", "test")}
    arrays = {"shares": shares, "predicted": told}
    arrays |= {f"place_{name}": array for name, array in places.items()}
    arrays |= {f"value_{name}": array for name, array in values.items()}
    with (folder / "latents.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def _optimised(generator: CrystalGenerator, test: Crystals, settings: Settings) -> Optimised | None:
    if not settings.optimised:
        return None
    start = test.take(np.arange(min(settings.optimised, len(test))))
    end = generator.optimize(settings.property, "min", start, seed=settings.seed, steps=settings.steps)
    actual = actual_property(end.crystals, settings.property)
    true = start.properties[settings.property]
    pairs = zip(written_formulas(start), written_formulas(end.crystals), strict=True)
    return Optimised(
        formulas=[f"{a} → {b}" for a, b in pairs],
        start=[float(x) if np.isfinite(x) else None for x in true],
        predicted=end.crystals.properties[settings.property].tolist(),
        actual=None if actual is None else actual.tolist(),
        valid=end.valid.tolist(),
    )
