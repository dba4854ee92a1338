"""What generate, finetune and evaluate do where MODEL is a crystal generator."""

from __future__ import annotations

import shutil
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..shared.errors import InputError, InputWarning
from .graph_contestant import artifact_kind

if TYPE_CHECKING:
    from ..domains.materials.crystal_generator import CrystalGenerator
    from ..domains.materials.crystals.crystals import Crystals
    from ..domains.materials.metrics.scores import CrystalScores
    from ..shared.artifact.card import ModelCard

KIND = "crystal-generator"
WHAT = "a crystal generator"
FINETUNING_STEPS = 1_000
ENDINGS = (".cif", ".vasp", ".poscar", ".extxyz", ".xyz")


def is_generator(model: str) -> bool:
    """Whether `model` names an artefact that holds a crystal generator."""
    return artifact_kind(model) == KIND


def refuse_crystals(model: str, data: Path) -> None:
    """Refuse crystals for a model that is no crystal generator.

    Raises:
        InputError: `data` is a file of crystals, or a table with a column `cif`.
    """
    if data.suffix.lower() in ENDINGS or _has_cif(data):
        problem = f"{model} is no crystal generator, and {data} holds crystals"
        remedy = "Name a generator: a shipped one (fourfold models), or a folder that finetune or run wrote"
        raise InputError("MODEL", problem, remedy=remedy)


def _has_cif(data: Path) -> bool:
    if data.suffix.lower() != ".csv":
        return False
    try:
        with data.open(encoding="utf-8") as file:
            return "cif" in [word.strip(' "\r\n') for word in file.readline(10_000).split(",")]
    except (OSError, UnicodeDecodeError):
        return False


@dataclass(frozen=True)
class GenerationRequest:
    """Which crystals are wanted; see `CrystalGenerator.generate`."""

    number: int
    formula: str | None = None
    elements: str | None = None
    num_atoms: int | None = None
    property: float | None = None
    novel: bool = False
    seed: int = 0
    steps: int = 50
    symprec: float | None = None

    def run(self, model: str, folder: Path) -> None:
        """Make them and write the folder, or nothing.

        Raises:
            InputError: model, wish or folder do not fit.
        """
        from .generated_files import check_new_folder, write_generated

        check_new_folder(folder)
        if self.seed < 0:
            raise InputError("--seed", f"is {self.seed}", expected="0 or more")
        if self.symprec is not None and not 0 < self.symprec < 10:
            raise InputError("--symprec", f"is {self.symprec:g}", expected="angstrom above 0, such as 0.01")
        generator = load_generator(model)
        began = time.perf_counter()
        made = generator.generate(
            self.number,
            self.formula,
            self.elements,
            self.num_atoms,
            self.property,
            novel=self.novel,
            seed=self.seed,
            steps=self.steps,
        )
        took = time.perf_counter() - began
        frame = write_generated(made, folder, symprec=self.symprec)
        shares = [f"{100 * frame[name].mean():.1f} %" for name in ("structure_valid", "composition_valid")]
        print(
            f"{folder}: {self.number:,} crystals of {frame['formula'].nunique():,} formulas in {took:.1f} s; "
            f"valid in structure {shares[0]}, in composition {shares[1]}"
        )


def finetune_generator(model: str, data: Path, output: Path, property: str | None, steps: int | None) -> None:
    """Train a generator on with crystals of the user's and keep it; a stopped run goes on by the same call.

    Raises:
        InputError: the crystals do not suffice, or lack the property.
    """
    if steps is not None and steps < 1:
        raise InputError("--steps", f"is {steps}", expected="at least 1")
    generator = load_generator(model)
    crystals = _crystals(generator, data, () if property is None else (property,))
    run = output.with_name(f".{output.name}.run")
    steps = FINETUNING_STEPS if steps is None else steps
    try:
        tuned = generator.finetune(crystals, property, steps=steps, run=run)
    except InputError:
        if run.is_dir() and not any(run.iterdir()):
            run.rmdir()
        raise
    tuned.save(output, _card(model, data, property, steps))
    shutil.rmtree(run, ignore_errors=True)
    told = "" if property is None else f", with {property}"
    print(f"{output}: crystal generator, {steps:,} steps on {len(crystals):,} crystals of {data}{told}")


def evaluate_generator(
    model: str, data: Path, output: Path | None, samples: int = 1_000, seed: int = 0
) -> CrystalScores:
    """Print how a generator does on crystals it did not see, and write it as JSON.

    Raises:
        InputError: no crystal can be read there.
    """
    from .output_file import write_json

    if samples < 1:
        raise InputError("--samples", f"is {samples}", expected="at least 1")
    generator = load_generator(model)
    scale = generator.fitted().property
    crystals = _judged(generator, data, None if scale is None else scale.name)
    found = generator.evaluate(crystals, n=samples, seed=seed)
    note = "Coverage measures compositions in units of the reference set: training crystals are not kept."
    sets = {f"generated by {model}": samples, f"reference {data.name or data}": len(crystals)}
    scores = replace(found, sets=sets, notes=(*found.notes, note))
    if output is not None:
        write_json({"model": model, "data": str(data), **scores.as_dict()}, output)
    print(scores)
    return scores


def load_generator(model: str) -> CrystalGenerator:
    """A shipped generator by name, or one from a folder.

    Raises:
        InputError: it is none.
    """
    kind = artifact_kind(model)
    if kind not in (None, KIND):
        raise InputError("MODEL", f"{model} is no crystal generator but a {kind}", expected=_known())
    from ..domains.materials.crystal_generator import CrystalGenerator

    return CrystalGenerator.load(model)


def _known() -> str:
    from ..shared.artifact.shipped import list_shipped

    shipped = [name for name in list_shipped() if is_generator(name)]
    return " or ".join((*shipped, "a folder that finetune or run wrote"))


def _crystals(generator: CrystalGenerator, data: Path, properties: tuple[str, ...]) -> Crystals:
    """Those that are small enough; what is left out is told as a note."""
    from ..domains.materials.crystals.reading import read_crystals

    return read_crystals(data, properties=properties, max_atoms=generator.settings.network.max_atoms)


def _judged(generator: CrystalGenerator, data: Path, property: str | None) -> Crystals:
    """With the trained property where the data have it; that they do not is told as a note."""
    if property is None:
        return _crystals(generator, data, ())
    try:
        return _crystals(generator, data, (property,))
    except InputError as problem:
        crystals = _crystals(generator, data, ())
        warnings.warn(f"{property} is not judged: {problem}", InputWarning, stacklevel=2)
        return crystals


def _card(model: str, data: Path, property: str | None, steps: int) -> ModelCard:
    from ..shared.artifact.card import DataUse, ModelCard
    from ..shared.artifact.loading import find_artifact, read_artifact

    before: Any = read_artifact(find_artifact(model)).card
    own = DataUse(name=data.name or str(data), license="the user's own")
    flag = "" if property is None else f" --property {property}"
    return ModelCard(
        title=f"{before.title}, fine-tuned",
        summary=f"{before.title} after {steps:,} more steps on crystals of the user's.",
        license=before.license,
        tags=before.tags,
        datasets=(*before.datasets, own),
        command=f"fourfold finetune {model} {data}{flag} --steps {steps}",
        limits=before.limits,
    )
