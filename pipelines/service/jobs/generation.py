"""Many crystals in parts that are kept as they come, so that a stopped job goes on where it was."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...generation_settings import GenerationSettings

if TYPE_CHECKING:
    from ....domains.materials.crystals.crystals import Crystals
    from ....domains.materials.generated import GeneratedCrystals

PART = 100
"""Crystals of one part. A job of no more makes the crystals that a direct request of its seed makes."""
_ARRAYS = ("frac", "numbers", "lengths", "angles", "offsets")
_PROPERTY = "property:"
_NOVEL = "novel"


def generate_in_parts(wanted: GenerationSettings, model: str, parts: Path, folder: Path) -> None:
    """Make the crystals and write `folder` as `fourfold generate` does; `parts` holds what is there so far.

    Part 0 is drawn with the seed itself, part k with one derived from seed and k.

    Raises:
        InputError: model or wish do not fit.
    """
    from ....domains.materials.crystals.crystal import joined
    from ....domains.materials.generated import GeneratedCrystals
    from ...crystal_commands import load_generator
    from ...generated_files import write_generated

    parts.mkdir(exist_ok=True)
    generator = None
    for number, size in enumerate(part_sizes(wanted.n)):
        file = part_file(parts, number)
        if file.exists():
            continue
        generator = generator or load_generator(model)
        own = wanted.model_copy(update={"n": size, "seed": part_seed(wanted.seed, number)})
        _write(own.generate(generator), file)
    made = [_read(part_file(parts, number)) for number in range(len(part_sizes(wanted.n)))]
    whole = joined([crystals for crystals, _ in made])
    marks = [novel for _, novel in made if novel is not None]
    novel = np.concatenate(marks) if len(marks) == len(made) else None
    named = replace(whole, ids=tuple(f"generated-{i}" for i in range(len(whole))))
    write_generated(GeneratedCrystals(named, novel=novel), folder, symprec=wanted.symprec)
    shutil.rmtree(parts, ignore_errors=True)


def part_sizes(n: int) -> list[int]:
    """Crystals of each part."""
    return [min(PART, n - start) for start in range(0, n, PART)]


def part_seed(seed: int, number: int) -> int:
    """Seed of one part."""
    if number == 0:
        return seed
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def part_file(parts: Path, number: int) -> Path:
    """Where part `number` is kept."""
    return parts / f"{number:06d}.npz"


def made_so_far(parts: Path, n: int) -> int:
    """Crystals in the parts that are there."""
    if not parts.is_dir():
        return 0
    return sum(size for k, size in enumerate(part_sizes(n)) if part_file(parts, k).exists())


def _write(made: GeneratedCrystals, file: Path) -> None:
    crystals = made.crystals
    arrays = {name: getattr(crystals, name) for name in _ARRAYS}
    arrays |= {} if made.novel is None else {_NOVEL: made.novel}
    arrays |= {_PROPERTY + name: values for name, values in crystals.properties.items()}
    partial = file.with_suffix(".part.npz")
    np.savez(partial, **arrays)
    partial.replace(file)


def _read(file: Path) -> tuple[Crystals, np.ndarray | None]:
    """The crystals of a part, and which of them are novel."""
    from ....domains.materials.crystals.crystals import Crystals

    with np.load(file, allow_pickle=False) as arrays:
        named = {name: arrays[name] for name in arrays.files}
    properties = {
        name.removeprefix(_PROPERTY): values for name, values in named.items() if name.startswith(_PROPERTY)
    }
    ids = tuple(f"{file.stem}-{i}" for i in range(len(named["lengths"])))
    crystals = Crystals(*(named[name] for name in _ARRAYS), ids=ids, properties=properties)
    return crystals, named.get(_NOVEL)
