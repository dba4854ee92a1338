"""Training of the crystal generator, with its figures on crystals that it never saw."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..domains.materials.crystal_generator_settings import GeneratorSettings
from ..shared.errors import InputError

if TYPE_CHECKING:
    from ..domains.materials.crystal_generator import CrystalGenerator
    from ..domains.materials.crystals.crystals import Crystals
    from ..domains.materials.metrics.scores import CrystalScores
    from ..shared.artifact.card import ModelCard

PARTS = ("train", "validation", "test")
SHARES = (0.8, 0.1, 0.1)
"""Of a user's own crystals."""
KNOWN = ("perov_5", "mp_20", "aflow")


class Settings(BaseModel):
    """How a crystal generator is trained from random weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str = "perov_5"
    """perov_5, mp_20, aflow, or a file or folder of crystals."""
    property: str | None = "heat_ref"
    """What is to be told from the latent; none where the data have no such column."""
    generator: GeneratorSettings = GeneratorSettings()
    samples: int = Field(default=1_000, ge=1)
    """New crystals that the figures are taken from."""
    starts: int = Field(default=100, ge=1)
    """Test crystals that the property is optimised from."""
    minutes: float | None = Field(default=None, gt=0)
    """Stop after that time; the same command goes on from there."""


def recipe(preset: Literal["quick", "full"]) -> dict[str, Any]:
    """full is how `perov-flow` is made; quick shows on pymatgen's AFLOW prototypes that it runs.

    Settings are spelt out so that one of them can be set and the others stay.
    """
    generator = GeneratorSettings().model_dump(mode="json")
    if preset == "full":
        return {"generator": generator}
    generator["network"] |= {"max_atoms": 24, "hidden": 64, "encoder_hidden": 48}
    generator["training"] |= {
        "steps": 60, "decoder_steps": 30, "batch_size": 32, "prior_steps": 200, "validate_every": 30
    }  # fmt: skip
    few = {"samples": 20, "starts": 5}
    return {"data": "aflow", "property": "volume_per_atom", "generator": generator, **few}


def run_pipeline(settings: Settings, out: Path, command: str = "") -> Path:
    """Train in the folder `out`, going on with what is there, and write out/artifact and out/scores.json.

    Selection and stopping know the validation crystals alone; the test crystals are read at the end.

    Returns:
        The model card in the artefact's folder, which `CrystalGenerator.load` takes.

    Raises:
        InputError: there are no such crystals, or they lack the property.
    """
    from ..domains.materials.crystal_generator import CrystalGenerator

    train, validation, test = (_crystals(settings, part) for part in PARTS)
    generator = CrystalGenerator(settings.generator).fit(
        train,
        settings.property,
        validation=validation,
        run=out,
        max_seconds=None if settings.minutes is None else settings.minutes * 60,
    )
    if not generator.finished:
        return generator.save(out / "artifact", _card(settings, None, command)) / "README.md"
    scores = _scores(generator, settings, train, test)
    (out / "scores.json").write_text(json.dumps(scores.as_dict(), indent=1) + "\n", encoding="utf-8")
    print(scores)
    return generator.save(out / "artifact", _card(settings, scores, command)) / "README.md"


def _crystals(settings: Settings, part: str) -> Crystals:
    import numpy as np

    from ..domains.materials.crystals.reading import read_crystals
    from ..domains.materials.datasets import load_crystals

    most = settings.generator.network.max_atoms
    if settings.data in KNOWN:
        known = load_crystals(settings.data, part)
        return known.take(np.flatnonzero(known.counts <= most))
    path = Path(settings.data).expanduser()
    if not path.exists():
        raise InputError("data", f"{settings.data!r} is not there", expected=f"{', '.join(KNOWN)}, or a file")
    wanted = () if settings.property is None else (settings.property,)
    known = read_crystals(path, properties=wanted, max_atoms=most, cache=True)
    borders = np.round(np.cumsum([0.0, *SHARES]) * len(known)).astype(int)
    order = np.random.default_rng(settings.generator.training.seed).permutation(len(known))
    at = PARTS.index(part)
    if borders[at + 1] == borders[at]:
        raise InputError("data", f"has {len(known)} crystals", expected="at least 10")
    return known.take(order[borders[at] : borders[at + 1]])


def _scores(
    generator: CrystalGenerator, settings: Settings, train: Crystals, test: Crystals
) -> CrystalScores:
    from dataclasses import replace

    import numpy as np

    from ..domains.materials.generator_scores import PERCENTILES, success_rates
    from ..domains.materials.metrics.cutoffs import LIGHT_CUTOFFS

    cutoffs = LIGHT_CUTOFFS.get(settings.data, LIGHT_CUTOFFS["mp_20"])
    scores = generator.evaluate(test, train, n=settings.samples, cutoffs=cutoffs)
    if settings.property is None:
        return scores
    known = train.properties[settings.property]
    limits = np.percentile(known[np.isfinite(known)], PERCENTILES)
    if settings.data == "perov_5" and settings.property == "heat_ref":
        limits = PEROVSKITE_LIMITS
    start = test.take(np.arange(min(settings.starts, len(test))))
    return replace(scores, scores=(*scores.scores, *success_rates(generator, start, tuple(limits))))


PEROVSKITE_LIMITS = (0.43924842, 0.61202443, 0.7364607)
"""eV/atom: percentiles 5, 10 and 15 of heat_ref in CDVAE's evaluation."""


def _card(settings: Settings, scores: CrystalScores | None, command: str) -> ModelCard:
    from ..shared.artifact.card import DataUse, Measured, ModelCard

    uses = {
        "perov_5": DataUse(
            name="perov_5 (6,000 crystals)",
            license="mit (repository); source: Castelli et al. 2012",
            source="github.com/txie-93/cdvae",
        ),
        "mp_20": DataUse(name="mp_20 (8,000 crystals)", license="cc-by-4.0", source="Materials Project"),
        "aflow": DataUse(name="AFLOW prototypes", license="mit", source="pymatgen"),
    }
    test = f"{settings.data} test" if settings.data in KNOWN else "held-out crystals"
    figures = () if scores is None else scores.scores
    return ModelCard(
        title="CDVAE-flow",
        summary=(
            f"Crystals like those of {settings.data}: generated, rebuilt, optimised, predicted. A "
            "variational autoencoder with a flow-matching decoder of lattice, coordinates and types."
        ),
        license="apache-2.0",
        tags=("materials", "crystals", "generation"),
        datasets=(uses.get(settings.data, DataUse(name=settings.data, license="the user's own")),),
        metrics=tuple(
            Measured(metric=score.name, value=score.value, data=f"{test}: {score.meaning}")
            for score in figures
            if score.value == score.value  # not NaN
        ),
        command=command,
        limits=(
            "Trained on the validation and test parts of the published set, split anew, so its figures must "
            "not be set beside published tables. It makes what its training crystals are like, and nothing "
            "says that a crystal is stable. Success rates are judged by its own predictions."
        ),
    )
