"""Results to files: whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..shared.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet", ".nc")
_SHOWN = 120
"""Letters of a path that are told."""


def check_output(
    path: Path, suffixes: tuple[str, ...] = SUFFIXES, *, inputs: tuple[Path | None, ...] = ()
) -> None:
    """Refuse an output path that could not be written, or would replace an input, before any work is done."""
    check_name(path)
    if path.exists() and any(file is not None and file.exists() and path.samefile(file) for file in inputs):
        raise InputError(
            "--output", f"{path} is the file that is read", expected="another file", remedy="Name a new one"
        )
    if path.suffix.lower() not in suffixes:
        raise InputError(
            "--output", f"{path.name} ends in {path.suffix or 'nothing'}", expected=" or ".join(suffixes)
        )
    if path.is_dir():
        raise InputError("--output", f"{path} is a folder", expected="a file")
    check_writable(path)


def check_folder(path: Path) -> None:
    """Refuse a folder to write that is a file, holds something else, or cannot be made."""
    check_name(path)
    if path.is_file():
        raise InputError(
            "--output", f"{path} is a file", expected="a folder, new or from an earlier finetune"
        )
    if path.is_dir() and any(path.iterdir()) and not (path / "config.json").is_file():
        raise InputError(
            "--output", f"{path} holds other files", expected="a folder, new or from an earlier finetune"
        )
    check_writable(path)


def check_name(path: Path, flag: str = "--output") -> None:
    """Refuse a path that no file can have, such as one that is too long, before anything is asked about it.

    Raises:
        InputError: says why.
    """
    try:
        path.absolute().lstat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return  # what is not there may be made
    except (OSError, ValueError) as error:
        raise _refused(path, flag, error) from error


def check_writable(path: Path, flag: str = "--output") -> None:
    """Refuse a file or folder that could not be made beside those of its folder: one is made for a moment.

    Raises:
        InputError: the folder it is to be in is not there, or takes no file of such a name.
    """
    parent = path.absolute().parent
    if not parent.is_dir():
        raise InputError(flag, f"the folder {path.parent} does not exist", remedy="Make it first")
    try:
        # Named as what is written before it takes its place: a little longer than what it becomes.
        trial, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=parent)
        os.close(trial)
        Path(name).unlink()
    except OSError as error:
        raise _refused(path, flag, error) from error


def _refused(path: Path, flag: str, error: OSError | ValueError) -> InputError:
    named = str(path) if len(str(path)) <= _SHOWN else f"{str(path)[:_SHOWN]}..."
    reason = getattr(error, "strerror", None) or error
    problem = f"{named} cannot be written ({reason})"
    return InputError(flag, problem, remedy="Choose another folder, or a shorter name")


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV or Parquet, by suffix."""
    if path.suffix.lower() == ".csv":
        write_whole(path, lambda target: frame.to_csv(target, index=False))
    else:
        write_whole(path, lambda target: frame.to_parquet(target, index=False))


def write_json(content: Any, path: Path) -> None:
    """Write JSON; refuses values that are not finite."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(path, lambda target: target.write_text(text, encoding="utf-8"))


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, then put it in place in one rename."""
    beside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        write(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
