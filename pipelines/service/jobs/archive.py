"""A result as one file to take away."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

NAME = ".result.zip"
_WHOLE = (".safetensors",)
"""Files that compression hardly makes smaller."""


def result_archive(folder: Path, inside: str) -> Path:
    """The zip of `folder`, made on first use and kept beside it.

    Args:
        folder: of the result. inside: name of the folder in the archive.
    """
    target = folder.with_name(NAME)
    if target.exists():
        return target
    number, name = tempfile.mkstemp(dir=folder.parent, suffix=".part")
    partial = Path(name)
    try:
        with os.fdopen(number, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    how = zipfile.ZIP_STORED if path.suffix in _WHOLE else zipfile.ZIP_DEFLATED
                    archive.write(path, f"{inside}/{path.relative_to(folder).as_posix()}", how)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target
