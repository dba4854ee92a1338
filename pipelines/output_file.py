"""Results to files: whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..shared.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet", ".nc")


def check_output(
    path: Path, suffixes: tuple[str, ...] = SUFFIXES, *, inputs: tuple[Path | None, ...] = ()
) -> None:
    """Refuse an output path that could not be written, or would replace an input, before any work is done."""
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
    if not path.absolute().parent.is_dir():
        raise InputError("--output", f"the folder {path.parent} does not exist", remedy="Make it first")
    if not os.access(path.absolute().parent, os.W_OK):
        raise InputError("--output", f"the folder {path.parent} cannot be written to")


def check_folder(path: Path) -> None:
    """Refuse a folder to write that is a file, holds something else, or cannot be made."""
    if path.is_file():
        raise InputError(
            "--output", f"{path} is a file", expected="a folder, new or from an earlier finetune"
        )
    if path.is_dir() and any(path.iterdir()) and not (path / "config.json").is_file():
        raise InputError(
            "--output", f"{path} holds other files", expected="a folder, new or from an earlier finetune"
        )
    if not path.absolute().parent.is_dir():
        raise InputError("--output", f"the folder {path.parent} does not exist", remedy="Make it first")


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
