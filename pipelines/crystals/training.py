"""Train: a generator from random weights, or one trained beforehand tuned to the data."""

from __future__ import annotations

import time
from pathlib import Path

from ...domains.materials.crystal_generator import CrystalGenerator
from ...domains.materials.crystals.crystals import Crystals
from ...shared.artifact.card import DataUse, ModelCard
from ..crystal_commands import load_generator
from ..output_file import write_json
from .preparation import DataSummary
from .settings import Settings


def train_generator(
    train: Crystals,
    validation: Crystals,
    summary: DataSummary,
    settings: Settings,
    folder: Path,
    command: str,
) -> None:
    """Writes `artifact/` and `seconds.json`; goes on with what is in `folder`. Test crystals are not read.

    Raises:
        InputError: the crystals do not suffice.
    """
    began, resumed = time.perf_counter(), (folder / "run").exists()
    if settings.model is None:
        generator = CrystalGenerator(settings.generator).fit(
            train, settings.property, validation=validation if len(validation) else None, run=folder / "run"
        )
    else:
        # Fine-tuning holds out a share of its own to watch itself by.
        generator = load_generator(settings.model).finetune(
            train, settings.property, steps=settings.finetune_steps, run=folder / "run"
        )
    # How long the part before a stop took is not known.
    seconds = None if resumed else time.perf_counter() - began
    write_json({"seconds": seconds}, folder / "seconds.json")
    generator.save(folder / "artifact", _card(summary, settings, command))


def _card(summary: DataSummary, settings: Settings, command: str) -> ModelCard:
    how = "from random weights" if settings.model is None else f"from {settings.model}"
    own = DataUse(name=f"{summary.title} ({summary.counts['train']:,} crystals)", license="see the data")
    return ModelCard(
        title="Crystal generator",
        summary=f"CDVAE-flow trained {how} on {summary.title}.",
        license="other",
        tags=("materials", "crystals"),
        datasets=(own,),
        command=command or "fourfold run crystals",
        limits="It makes what its training crystals are like; nothing says that a crystal is stable.",
    )
