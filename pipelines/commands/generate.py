"""`fourfold generate MODEL -n 100 --out FOLDER`: new crystals as CIF, extended XYZ and a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .whole_number import WHOLE


def generate(
    model: str,
    /,
    *,
    out: Annotated[Path, Parameter(name=["--out", "--output", "-o"])],
    number: Annotated[int, Parameter(name=["--number", "-n"]), WHOLE] = 10,
    elements: str | None = None,
    formula: str | None = None,
    num_atoms: Annotated[int | None, WHOLE] = None,
    property_: Annotated[float | None, Parameter(name="--property")] = None,
    novel: Annotated[bool, Parameter(negative="")] = False,
    lengths: str | None = None,
    angles: str | None = None,
    seed: Annotated[int, WHOLE] = 0,
    steps: Annotated[int | None, WHOLE] = None,
    sampler: str | None = None,
    symprec: float | None = None,
) -> int:
    """Make new crystals with a crystal generator: anything, or what is wished for.

    The folder gets cif/ with a file each, crystals.extxyz, and crystals.csv with formula, validity, density,
    nearest distance, space group and the predicted property, all in one order.

    Parameters
    ----------
    model
        A shipped crystal generator, or a folder that finetune or run wrote.
    out
        New or empty folder.
    number
        How many crystals.
    elements
        Elements that may occur, such as Ti,O.
    formula
        Structures of this formula, such as SrTiO3, one formula unit a cell unless --num-atoms says otherwise.
    num_atoms
        Atoms in the cell.
    property
        Value of the property that the generator was trained with, in its unit, to aim at.
    novel
        Only reduced formulas that it was not trained on.
    lengths
        Bounds of the cell's edges in angstrom, such as 3,12.
    angles
        Bounds of the cell's angles in degrees, such as 60,120.
    seed
        The same seed makes the same crystals.
    steps
        Steps of the sampler; more take longer. Left out: 50 of the flow, or at each level of noise of
        Langevin dynamics as many as the generator's settings say.
    sampler
        flow or langevin: the one that goes with the generator's decoder, taken when left out.
    symprec
        Angstrom: write CIF with the symmetry found at this tolerance instead of P1.
    """
    from ..crystal_commands import generate_folder
    from ..generation_settings import GenerationSettings
    from ..settings_problems import from_flags

    wanted = {
        "n": number,
        "composition": formula,
        "elements": elements,
        "num_atoms": num_atoms,
        "property": property_,
        "novel": novel,
        "lengths": lengths,
        "angles": angles,
        "seed": seed,
        "steps": steps,
        "sampler": sampler,
        "symprec": symprec,
    }
    settings = from_flags(GenerationSettings, wanted, {"n": "--number", "composition": "--formula"})
    generate_folder(model, settings, out)
    return 0
