"""Crystals kept as packed arrays, so that a file is read once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import warnings
import zipfile
from pathlib import Path

import numpy as np

from ....shared.datasets.location import CACHE_VARIABLE
from ....shared.errors import InputError, InputWarning
from .crystals import Crystals
from .report import Reading

_LAYOUT = 2
"""Raised whenever the same file would be read otherwise than before."""
_ARRAYS = ("frac", "numbers", "lengths", "angles", "offsets")


def cache_folder(cache: Path | str | bool | None) -> Path | None:
    """Folder to keep crystals in: as given, or of the user (or $FOURFOLD_CACHE) if True, or none."""
    if cache is None or cache is False:
        return None
    if cache is not True:
        return Path(cache).expanduser()
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named).expanduser() / "crystals"
    import pooch

    return Path(pooch.os_cache("fourfold")) / "crystals"


def cache_key(path: Path, **settings: object) -> str:
    """What a reading depends on: the bytes of the file and the settings."""
    digest = hashlib.sha256(json.dumps([_LAYOUT, path.name, settings], sort_keys=True).encode())
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:32]


def save_reading(reading: Reading, path: Path) -> None:
    """Write the arrays as npz, whole or not at all."""
    crystals = reading.crystals
    skipped = {name: problem.as_dict() for name, problem in reading.skipped.items()}
    arrays = {name: getattr(crystals, name) for name in _ARRAYS}
    arrays |= {f"property {name}": values for name, values in crystals.properties.items()}
    arrays["ids"] = np.array(crystals.ids, dtype=str)
    arrays["report"] = np.array(json.dumps({"skipped": skipped, "notes": reading.notes}))
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        partial.replace(path)
    except OSError as error:
        problem = f"crystals cannot be kept in {path.parent} ({error.strerror or error}), so are read anew"
        warnings.warn(problem, InputWarning, stacklevel=3)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def load_reading(path: Path) -> Reading | None:
    """What was kept; None if there is nothing, or nothing that can be read."""
    with contextlib.suppress(OSError, ValueError, KeyError, zipfile.BadZipFile), np.load(path) as kept:
        report = json.loads(str(kept["report"]))
        properties = {
            name.removeprefix("property "): kept[name] for name in kept.files if name.startswith("property ")
        }
        frac, numbers, lengths, angles, offsets = (kept[name] for name in _ARRAYS)
        ids = tuple(str(name) for name in kept["ids"])
        crystals = Crystals(frac, numbers, lengths, angles, offsets, ids, properties)
        skipped = {name: InputError.from_dict(facts) for name, facts in report["skipped"].items()}
        return Reading(crystals, skipped, tuple(report["notes"]))
    return None
