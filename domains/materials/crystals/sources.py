"""Anything but a table as named crystals: structures, atoms, files of one or more, folders and text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ....shared.errors import InputError
from .cif import cif_blocks, read_cif
from .cif_names import block_names
from .crystal import Crystal
from .crystals import Crystals
from .dicts import is_crystal_dict, named_dict
from .extxyz import read_extxyz
from .folder_index import read_index
from .named import Named, guarded
from .poscar import is_poscar_name, is_vasp_name, read_poscar
from .structures import ID_PROPERTY, crystal_of, is_atoms, is_structure, kept_values

_FILE_ENDINGS = {".cif": "cif", ".mcif": "cif", ".xyz": "extxyz", ".extxyz": "extxyz"}


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
    if is_crystal_dict(source):
        return [named_dict(source, "0")]
    if isinstance(source, Iterable) and not isinstance(source, Mapping):
        return list(_of_many(source))
    raise InputError(
        "source",
        f"is a {type(source).__name__}",
        expected="structures, atoms, a path, text, a table, or a list of such",
        remedy="Pass a list of its values" if isinstance(source, Mapping) and source else None,
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
        if is_crystal_dict(source):
            yield named_dict(source, str(row))
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
        yield from _of_folder(path)
        return
    # VASP calls all its files alike, and keeps each in a folder of its own.
    yield from _of_file(path, path.parent.name or path.name if is_vasp_name(path) else path.stem)


def _of_folder(folder: Path) -> Iterator[Named]:
    """Its files by their names without endings; by the whole name where two would be called alike."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise _unreadable(folder, error) from error
    files = [file for file in entries if _format_of_file(file) and not file.is_dir()]
    if not files:
        inside = [path.name for path in entries if path.is_dir()]
        shown = ", ".join(inside[:3]) + (", ..." if len(inside) > 3 else "")
        raise InputError(
            str(folder),
            "holds no crystal file" + (f", and its folders ({shown}) are not searched" if inside else ""),
            expected="CIF, POSCAR or extxyz files",
            remedy="Pass a list of the files below it" if inside else None,
        )
    index = read_index(folder)
    names = [folder.name or file.name if is_vasp_name(file) else file.stem for file in files]
    often = Counter(names)
    for file, name in zip(files, names, strict=True):
        known, values = index.get(file.name, (name if often[name] == 1 else file.name, {}))
        for one in _of_file(file, known):
            yield one._replace(values={**values, **one.values})


def _of_file(path: Path, name: str) -> Iterator[Named]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError as error:
        raise InputError(str(path), "is not there", expected="a file, or the text of one") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not text.strip():
        yield Named(name, InputError(path.name, "is empty", expected="a crystal"))
    elif path.suffix.lower() == ".json":
        yield from _of_json(text, path)
    else:
        yield from _of_text(text, name, _format_of_file(path) or format_of_text(text))


def _of_json(text: str, path: Path) -> Iterator[Named]:
    """What `write_crystals` writes as JSON."""
    expected = "a list of crystals as write_crystals writes it: material_id, lattice, species, frac_coords"
    try:
        content = json.loads(text)
    except ValueError as error:
        raise InputError(str(path), f"is not JSON ({error})", expected=expected) from error
    rows = [content] if isinstance(content, Mapping) else content
    if not isinstance(rows, list) or not all(is_crystal_dict(row) for row in rows):
        raise InputError(str(path), "holds something else than crystals", expected=expected)
    for i, row in enumerate(rows):
        yield named_dict(row, _numbered(path.stem, i, len(rows)))


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    reason = getattr(error, "strerror", None) or error
    return InputError(
        str(path)[:80],
        f"cannot be read ({reason})",
        expected="a file, or the text of a CIF, POSCAR or extxyz",
    )


def _format_of_file(path: Path) -> str | None:
    if is_poscar_name(path):
        return "poscar"
    return _FILE_ENDINGS.get(path.suffix.lower())


def _of_text(text: str, name: str, format_: str) -> Iterator[Named]:
    if format_ == "cif":
        yield from _of_cif(text, name)
    elif format_ == "poscar":
        yield guarded(lambda: read_poscar(text, name), name)
    else:
        yield from read_extxyz(text, name)


def _of_cif(text: str, name: str) -> Iterator[Named]:
    blocks = cif_blocks(text)
    names = block_names(blocks) or [_numbered(name, i, len(blocks)) for i in range(len(blocks))]
    for one, block in zip(names, blocks, strict=True):
        yield guarded(lambda block=block, one=one: read_cif(block, one), one)


def _numbered(name: str, i: int, count: int) -> str:
    return name if count == 1 else f"{name}-{i}"
