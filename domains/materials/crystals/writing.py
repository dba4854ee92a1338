"""Crystals into files: CIF, POSCAR, extended XYZ, JSON or a table, always in the order of the crystals."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ....shared.errors import InputError
from .cif_names import names_for_blocks
from .cif_text import cif_texts
from .crystals import Crystals
from .dicts import dicts_of
from .extxyz import extxyz_text
from .folder_index import FILE_COLUMN, INDEX
from .poscar import POSCAR_ENDINGS, is_poscar_name, poscar_text
from .table import CIF_COLUMN, ID_COLUMN

Format = Literal["cif", "extxyz", "json", "csv", "poscar"]
_ENDINGS: dict[str, Format] = {
    ".cif": "cif",
    ".extxyz": "extxyz",
    ".xyz": "extxyz",
    ".json": "json",
    ".csv": "csv",
}


def write_crystals(crystals: Crystals, target: str | Path, *, symprec: float | None = None) -> list[Path]:
    """Write the crystals, whole or not at all; the paths of what was written, in their order.

    Args:
        target: FILE.cif (one block each, called as the crystal), FILE.extxyz, FILE.json, FILE.csv
            (`material_id, cif, property…`), one crystal as POSCAR, CONTCAR, FILE.vasp or FILE.poscar, or a
            folder (no ending), which gets a CIF for each crystal, NUMBER_ID.cif, and index.csv with their
            names.
        symprec: write CIF with the symmetry found at this tolerance in angstrom; None: P1.

    Raises:
        InputError: the ending is of no known format, symprec is asked of another format than CIF, the folder
            holds something already, a POSCAR is to hold several crystals, or there is nowhere to write.
    """
    path = Path(target).expanduser()
    try:
        folder = path.is_dir()
    except OSError as error:  # a name that no file can have
        raise InputError(str(target)[:80], f"cannot be written ({error.strerror or error})") from error
    format_ = "poscar" if is_poscar_name(path) else _ENDINGS.get(path.suffix.lower())
    if folder or (format_ is None and not path.suffix):
        return _write_folder(crystals, path, symprec)
    if format_ is None:
        expected = f"one of {', '.join((*_ENDINGS, *POSCAR_ENDINGS))}, POSCAR, or a folder"
        raise InputError(str(target), "is of no format known here", expected=expected)
    if symprec is not None and format_ not in ("cif", "csv"):
        raise InputError("symprec", f"is given for {path.name}", expected="a target of CIF")
    text = poscar_text(crystals, str(target)) if format_ == "poscar" else _text(crystals, format_, symprec)
    _replace(path, text)
    return [path]


def _text(crystals: Crystals, format_: Format, symprec: float | None) -> str:
    if format_ == "cif":
        return "\n".join(_distinct_blocks(cif_texts(crystals, symprec=symprec), crystals.ids))
    if format_ == "extxyz":
        return extxyz_text(crystals)
    if format_ == "json":
        return json.dumps(dicts_of(crystals), indent=1, allow_nan=False) + "\n"
    texts = cif_texts(crystals, symprec=symprec)
    return _csv(crystals, CIF_COLUMN, texts)


def _csv(crystals: Crystals, column: str, cells: list[str]) -> str:
    import pandas as pd

    columns = {ID_COLUMN: list(crystals.ids), column: cells, **crystals.properties}
    return pd.DataFrame(columns).to_csv(index=False)


def _distinct_blocks(texts: list[str], ids: Sequence[str]) -> list[str]:
    """Blocks of one file need names of their own: readers keep the last of those that share one."""
    if len(texts) < 2:
        return texts
    names = names_for_blocks(ids)
    if names is None:
        pattern = re.compile(r"^data_(\S+)", re.M)
        return [pattern.sub(rf"data_\1-{i}", text, count=1) for i, text in enumerate(texts)]
    pattern = re.compile(r"^data_\S*", re.M)
    return [
        pattern.sub(lambda _, name=name: f"data_{name}", text, count=1)
        for name, text in zip(names, texts, strict=True)
    ]


def _replace(path: Path, text: str) -> None:
    """Write beside the target first, then rename."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", newline="")
        partial.replace(path)
    except OSError as error:
        raise InputError(str(path), f"cannot be written ({error.strerror or error})") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _write_folder(crystals: Crystals, folder: Path, symprec: float | None) -> list[Path]:
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(str(folder), "holds files already", remedy="Name a new folder, or empty this one")
    width = len(str(max(len(crystals) - 1, 0)))
    names = [f"{i:0{width}d}_{_file_name(name)}.cif" for i, name in enumerate(crystals.ids)]
    texts = cif_texts(crystals, symprec=symprec)
    staged = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        staged.mkdir(parents=True)
        for name, text in zip(names, texts, strict=True):
            (staged / name).write_text(text, encoding="utf-8", newline="")
        (staged / INDEX).write_text(_csv(crystals, FILE_COLUMN, names), encoding="utf-8", newline="")
        staged.replace(folder)
    except OSError as error:
        raise InputError(str(folder), f"cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return [folder / name for name in names]


def _file_name(name: str) -> str:
    """A crystal's name as part of a file's name."""
    return re.sub(r"[^\w.+-]+", "_", name)[:80].strip("._") or "crystal"
