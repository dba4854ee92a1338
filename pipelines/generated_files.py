"""Generated crystals as a folder: CIF files, one extended XYZ file and a table, all in one order."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..shared.errors import InputError
from .output_file import check_name, check_writable

if TYPE_CHECKING:
    import pandas as pd

    from ..domains.materials.crystals.crystals import Crystals
    from ..domains.materials.generated import GeneratedCrystals

CIF_FOLDER, EXTXYZ, TABLE = "cif", "crystals.extxyz", "crystals.csv"


def check_new_folder(folder: Path, flag: str = "--out") -> None:
    """Refuse a folder that could not be written or holds something, before any work is done.

    Raises:
        InputError: it is a file, is not empty, has no parent, or cannot be made there.
    """
    check_name(folder, flag)
    if folder.suffix.lower() in (".cif", ".csv", ".extxyz", ".xyz", ".json", ".zip"):
        raise InputError(flag, f"{folder} looks like a file", expected="a folder, such as crystals/")
    if folder.exists() and not folder.is_dir():
        raise InputError(flag, f"{folder} is a file", expected="a new folder, or an empty one")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(flag, f"{folder} holds files already", expected="a new folder, or an empty one")
    check_writable(folder, flag)


def write_generated(made: GeneratedCrystals, folder: Path, *, symprec: float | None = None) -> pd.DataFrame:
    """Write cif/, crystals.extxyz and crystals.csv, all of them or nothing; returns the table.

    Args:
        folder: new, or empty.
        symprec: angstrom; write CIF with the symmetry found at this tolerance. None: P1.

    Raises:
        InputError: the folder cannot be written, or a crystal holds a value that is not finite.
    """
    from ..domains.materials.crystals.writing import write_crystals

    frame = generated_table(made)
    marked = _marked(made)
    staged = folder.absolute().with_name(f".{folder.absolute().name}.{os.getpid()}.part")
    try:
        staged.mkdir()
        files = write_crystals(made.crystals, staged / CIF_FOLDER, symprec=symprec)
        # The table beside it says more than the index of the CIF folder.
        (staged / CIF_FOLDER / "index.csv").unlink()
        write_crystals(marked, staged / EXTXYZ)
        frame.insert(1, "file", [f"{CIF_FOLDER}/{path.name}" for path in files])
        frame.to_csv(staged / TABLE, index=False)
        staged.replace(folder.absolute())
    except OSError as error:
        raise InputError(str(folder), f"cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return frame


def generated_records(made: GeneratedCrystals, *, symprec: float | None = None) -> list[dict[str, Any]]:
    """The rows of the table, each with its CIF, as plain values.

    Raises:
        InputError: a crystal holds a value that is not finite.
    """
    from ..domains.materials.crystals.cif_text import cif_texts

    _marked(made)
    rows = generated_table(made).to_dict("records")
    texts = cif_texts(made.crystals, symprec=symprec)
    return [
        {**{str(name): _plain(value) for name, value in row.items()}, "cif": text}
        for row, text in zip(rows, texts, strict=True)
    ]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def generated_table(made: GeneratedCrystals) -> pd.DataFrame:
    """A row a crystal: id, formula, validity, whether the formula is novel, density, nearest distance, space
    group, predicted property.
    """
    frame = made.table().reset_index()
    predicted = {name: f"predicted_{name}" for name in made.crystals.properties}
    frame = frame.rename(columns={"density": "density_g_cm3", "nearest_distance": "nearest_distance_A"})
    frame = frame.rename(columns=predicted)
    frame.insert(2, "num_atoms", made.crystals.counts)
    frame.insert(3, "valid", made.valid)
    return frame


def _marked(made: GeneratedCrystals) -> Crystals:
    """With marks among the properties, and predictions that say so.

    Raises:
        InputError: a value is not finite.
    """
    crystals = made.crystals
    marks = {
        "structure_valid": made.structure_valid.astype(float),
        "composition_valid": made.composition_valid.astype(float),
        **({} if made.novel is None else {"novel": made.novel.astype(float)}),
        "density_g_cm3": made.density,
        "nearest_distance_A": made.nearest_distance,
        **{f"predicted_{name}": values for name, values in crystals.properties.items()},
    }
    for name, values in {**marks, "cell": crystals.lengths, "coordinates": crystals.frac}.items():
        if not np.isfinite(values).all():
            remedy = "The model is at fault: train it longer, or with a smaller learning rate"
            raise InputError(name, "is not finite in a generated crystal", remedy=remedy)
    return replace(crystals, properties=marks)
