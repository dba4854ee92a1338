"""The folder that `fourfold generate` writes, as one zip."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from ...generated_files import write_generated

if TYPE_CHECKING:
    from ....domains.materials.generated import GeneratedCrystals

_EPOCH = (1980, 1, 1, 0, 0, 0)


def generated_zip(made: GeneratedCrystals, *, symprec: float | None = None) -> bytes:
    """Its bytes; equal crystals give equal bytes, as no time is written down.

    Raises:
        InputError: as `write_generated`.
    """
    with tempfile.TemporaryDirectory(prefix="generate-") as scratch:
        folder = Path(scratch) / "crystals"
        write_generated(made, folder, symprec=symprec)
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, path.read_bytes())
    return target.getvalue()
