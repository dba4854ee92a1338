"""Prepare: read the crystals, leave out the large ones, decide which are learnt from, keep them as arrays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from ...domains.materials.crystals.crystal_cache import load_reading, save_reading
from ...domains.materials.crystals.crystals import Crystals
from ...domains.materials.crystals.reading import read_with_report
from ...domains.materials.crystals.report import Reading
from ...domains.materials.datasets import load_crystals
from ...domains.materials.formulas import formula_texts
from ...shared.errors import InputError
from .settings import VOLUME, Settings

PARTS = ("train", "validation", "test")
TITLES = {
    "aflow": "AFLOW prototypes",
    "perov_5": "perov_5",
    "mp_20": "mp_20",
}
SOURCES = {
    "aflow": "pymatgen's AFLOW prototypes (Mehl et al. 2017): structures, no energies",
    "perov_5": "perov_5 (Castelli et al. 2012), cubic perovskites of five atoms",
    "mp_20": "mp_20 (Materials Project), at most 20 atoms a cell",
}
UNITS = {
    VOLUME: "Å³/atom",
    "heat_ref": "eV/atom",
    "heat_all": "eV/atom",
    "dir_gap": "eV",
    "ind_gap": "eV",
    "formation_energy_per_atom": "eV/atom",
    "band_gap": "eV",
    "e_above_hull": "eV/atom",
}
FEWEST = 10
"""Crystals that can be split in three."""
LISTED = 20


class DataSummary(BaseModel):
    """What the report says of the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    source: str
    read: int
    """Crystals that could be read."""
    skipped: list[str]
    """What is wrong with each that could not; the first twenty."""
    n_skipped: int
    too_large: int
    max_atoms: int
    split: str
    """How the three parts were drawn."""
    counts: dict[str, int]
    """Crystals of each part."""
    elements: int
    property: str
    unit: str
    known: int
    """Crystals whose property is known."""

    def facts(self) -> dict[str, object]:
        """For the report's list."""
        return {
            "source": self.source,
            "crystals read": f"{self.read:,} ({self.n_skipped:,} skipped)",
            "left out": f"{self.too_large:,} with more than {self.max_atoms} atoms in the cell",
            "learnt from": f"{self.counts['train']:,} crystals",
            "watched while training": f"{self.counts['validation']:,} crystals",
            "judged by": f"{self.counts['test']:,} test crystals",
            "elements": f"{self.elements:,} different",
            "property": f"{self.property}{f' ({self.unit})' if self.unit else ''}, known of {self.known:,}",
        }


def is_known(data: str) -> bool:
    """Whether `data` names a set rather than a file."""
    return data in SOURCES


def most_atoms(settings: Settings) -> int:
    """Atoms of the largest cell that the generator takes."""
    if settings.model is None:
        return settings.generator.network.max_atoms
    from ..crystal_commands import load_generator

    return load_generator(settings.model).settings.network.max_atoms


def prepare(settings: Settings) -> tuple[dict[str, Crystals], DataSummary]:
    """The three parts, and what to say of them.

    Raises:
        InputError: the data are not there, lack the property, or are too few.
    """
    most, skipped = most_atoms(settings), []
    if is_known(settings.data):
        whole = {part: _with_property(load_crystals(settings.data, part), settings) for part in PARTS}
        split = "the set's own split, drawn at random once and for all"
    else:
        reading = _own(settings)
        skipped = [str(problem) for problem in reading.skipped.values()]
        fit = reading.crystals.take(np.flatnonzero(reading.crystals.counts <= most))
        parts = split_by_formula(fit, settings.validation_share, settings.test_share, settings.seed)
        large = reading.crystals.take(np.flatnonzero(reading.crystals.counts > most))
        whole = {**parts, "large": large}
        split = (
            f"reduced formulas drawn at random (seed {settings.seed}); crystals of one formula stay together"
        )
    kept = {part: whole[part].take(np.flatnonzero(whole[part].counts <= most)) for part in PARTS}
    if min(len(kept["train"]) - 1, len(kept["test"])) < 1:
        raise InputError(
            "data", f"leaves {len(kept['train'])} crystals to learn from and {len(kept['test'])} to judge by",
            where=settings.data, expected=f"at least {FEWEST} of at most {most} atoms",
        )  # fmt: skip
    read = sum(len(crystals) for crystals in whole.values())
    return kept, DataSummary(
        title=TITLES.get(settings.data, Path(settings.data).name),
        source=SOURCES.get(settings.data, settings.data),
        read=read,
        skipped=skipped[:LISTED],
        n_skipped=len(skipped),
        too_large=read - sum(len(crystals) for crystals in kept.values()),
        max_atoms=most,
        split=split,
        counts={part: len(kept[part]) for part in PARTS},
        elements=len(np.unique(np.concatenate([crystals.numbers for crystals in kept.values()]))),
        property=settings.property,
        unit=UNITS.get(settings.property, ""),
        known=int(sum(np.isfinite(kept[part].properties[settings.property]).sum() for part in PARTS)),
    )


def split_by_formula(crystals: Crystals, validation: float, test: float, seed: int) -> dict[str, Crystals]:
    """Parts by share; crystals of one reduced formula are never torn apart, or a test would be no test.

    Raises:
        InputError: too few crystals or formulas.
    """
    formulas = np.array(formula_texts(crystals)) if len(crystals) else np.array([])
    names, group = np.unique(formulas, return_inverse=True)
    if len(crystals) < FEWEST or len(names) < len(PARTS):
        raise InputError(
            "data", f"has {len(crystals)} crystals of {len(names)} formulas that are small enough",
            expected=f"at least {FEWEST}, of three formulas",
        )  # fmt: skip
    order = np.random.default_rng(seed).permutation(len(names))
    behind = np.cumsum(np.bincount(group)[order]) / len(crystals)
    part_of = np.full(len(names), "train", dtype="<U10")
    part_of[order[behind <= validation + test]] = "validation"
    part_of[order[behind <= test]] = "test"
    part_of[order[0]] = "test"  # also where the first formula alone is a larger share
    return {part: crystals.take(np.flatnonzero(part_of[group] == part)) for part in PARTS}


def save_parts(parts: dict[str, Crystals], folder: Path) -> None:
    """Write `<part>.npz` for each."""
    for name, crystals in parts.items():
        save_crystals(crystals, folder / f"{name}.npz")


def save_crystals(crystals: Crystals, path: Path) -> None:
    """Write packed arrays."""
    save_reading(Reading(crystals, {}), path)


def load_saved(path: Path) -> Crystals:
    """Read what `save_crystals` wrote.

    Raises:
        InputError: the file is damaged.
    """
    reading = load_reading(path)
    if reading is None:
        raise InputError(path.name, "cannot be read", remedy="Remove the run's stages folder and run again")
    return reading.crystals


def _own(settings: Settings) -> Reading:
    path = Path(settings.data).expanduser()
    if not path.exists():
        raise InputError(
            "data", f"{settings.data!r} is not there", expected=f"{', '.join(SOURCES)}, or a file or folder"
        )
    if settings.property != VOLUME:
        return read_with_report(path, properties=(settings.property,))
    reading = read_with_report(path)
    return replace(reading, crystals=_with_property(reading.crystals, settings))


def _with_property(crystals: Crystals, settings: Settings) -> Crystals:
    """With the run's property alone, the volume computed where it is asked for.

    Raises:
        InputError: the crystals do not have it.
    """
    if settings.property == VOLUME:
        return replace(crystals, properties={VOLUME: crystals.volumes() / crystals.counts})
    if settings.property not in crystals.properties:
        known = ", ".join((*crystals.properties, VOLUME))
        raise InputError("property", f"is {settings.property!r}", expected=f"one of {known}")
    return replace(crystals, properties={settings.property: crystals.properties[settings.property]})
