"""Anything but a table as named crystals: structures, atoms, files of one or more, folders and text."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ....shared.errors import InputError
from .cif import cif_blocks, read_cif
from .crystal import Crystal
from .crystals import Crystals
from .extxyz import read_extxyz
from .named import Named, guarded
from .structures import ID_PROPERTY, crystal_of, is_atoms, is_structure, kept_values

_FILE_ENDINGS = {".cif": "cif", ".mcif": "cif", ".vasp": "poscar", ".poscar": "poscar"}
_FILE_ENDINGS |= {".xyz": "extxyz", ".extxyz": "extxyz"}


def named_crystals(source: Any) -> list[Named]:
    """Every crystal in a source, in its order.

    Raises:
        InputError: the source is of no known kind, or is not there.
    """
    if isinstance(source, Crystals):
        return list(_of_crystals(source))
    if is_structure(source) or is_atoms(source):
        return [_of_structure(source, "0")]
    if isinstance(source, str) and not source.strip():
        raise InputError("source", "is empty", expected="a path, or the text of a CIF, POSCAR or extxyz")
    if isinstance(source, Path) or (isinstance(source, str) and "\n" not in source):
        return list(_of_path(Path(source).expanduser()))
    if isinstance(source, str):
        return list(_of_text(source, "text", format_of_text(source)))
    if isinstance(source, Iterable):
        return list(_of_many(source))
    raise InputError(
        "source",
        f"is a {type(source).__name__}",
        expected="structures, atoms, a path, text, a table, or a list of such",
    )


def format_of_text(text: str) -> str:
    """ "cif", "extxyz" or "poscar": the format that the first lines look like."""
    lines = text.splitlines()
    if any(line.lstrip().lower().startswith(("data_", "_cell_length", "loop_")) for line in lines):
        return "cif"
    if lines[0].strip().isdigit():
        return "extxyz"
    return "poscar" if len(lines) > 7 else "cif"


def _of_crystals(crystals: Crystals) -> Iterator[Named]:
    for i, name in enumerate(crystals.ids):
        atoms = slice(crystals.offsets[i], crystals.offsets[i + 1])
        parts = crystals.frac[atoms], crystals.numbers[atoms], crystals.lengths[i], crystals.angles[i]
        yield Named(name, Crystal(*parts), (), {key: x[i] for key, x in crystals.properties.items()})


def _of_structure(structure: Any, fallback: str) -> Named:
    kept = kept_values(structure)
    name = str(kept.get(ID_PROPERTY, fallback))
    return guarded(lambda: crystal_of(structure, name), name, kept)


def _of_many(sources: Iterable[Any]) -> Iterator[Named]:
    for row, source in enumerate(sources):
        if is_structure(source) or is_atoms(source):
            yield _of_structure(source, str(row))
            continue
        found = named_crystals(source)
        if isinstance(source, str) and "\n" in source:
            found = [one._replace(name=_numbered(str(row), i, len(found))) for i, one in enumerate(found)]
        yield from found


def _of_path(path: Path) -> Iterator[Named]:
    try:
        folder = path.is_dir()
    except OSError as error:
        raise _unreadable(path, error) from error
    if folder:
        files = sorted(file for file in path.iterdir() if _format_of_file(file))
        if not files:
            raise InputError(str(path), "holds no crystal file", expected="CIF, POSCAR or extxyz files")
        for file in files:
            yield from _of_path(file)
        return
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError as error:
        raise InputError(str(path), "is not there", expected="a file, or the text of one") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not text.strip():
        yield Named(path.stem, InputError(path.name, "is empty", expected="a crystal"))
        return
    # VASP calls all its files alike, and keeps each in a folder of its own.
    name = path.parent.name or path.name if _is_vasp(path) else path.stem
    yield from _of_text(text, name, _format_of_file(path) or format_of_text(text))


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    reason = getattr(error, "strerror", None) or error
    return InputError(
        str(path)[:80],
        f"cannot be read ({reason})",
        expected="a file, or the text of a CIF, POSCAR or extxyz",
    )


def _format_of_file(path: Path) -> str | None:
    if _is_vasp(path):
        return "poscar"
    return _FILE_ENDINGS.get(path.suffix.lower())


def _is_vasp(path: Path) -> bool:
    return path.name.upper().startswith(("POSCAR", "CONTCAR"))


def _of_text(text: str, name: str, format_: str) -> Iterator[Named]:
    if format_ == "cif":
        yield from _of_cif(text, name)
    elif format_ == "poscar":
        yield guarded(lambda: _poscar(text, name), name)
    else:
        yield from read_extxyz(text, name)


def _of_cif(text: str, name: str) -> Iterator[Named]:
    blocks = cif_blocks(text)
    for i, block in enumerate(blocks):
        one = _numbered(name, i, len(blocks))
        yield guarded(lambda block=block, one=one: read_cif(block, one), one)


def _poscar(text: str, name: str) -> Crystal:
    from pymatgen.io.vasp import Poscar

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            structure = Poscar.from_str(text).structure
        except Exception as error:
            # Garbage fails in whatever way its lines happen to mean.
            reason = " ".join(str(error).split())[:160] or type(error).__name__
            raise InputError("poscar", f"cannot be read: {reason}", where=name) from error
    return crystal_of(structure, name)


def _numbered(name: str, i: int, count: int) -> str:
    return name if count == 1 else f"{name}-{i}"
