"""Features out of an npz archive that a stranger sent: nothing is unpickled, nothing expands unseen."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy

from ....domains.audio.features.settings import FeatureSettings
from ....shared.errors import InputError

MEL, F0 = "mel", "f0"
MOST_ENTRIES = 16
HEADER = 12_000
"""Bytes that the head of an array may take."""
WIDEST = 8
"""Bytes of one number."""


def read_features(
    content: bytes, settings: FeatureSettings, max_seconds: float
) -> tuple[np.ndarray, np.ndarray]:
    """The arrays `mel` and `f0` as they were written, of any real type.

    Sizes are checked in the archive's directory before anything is expanded, and zipfile expands no more than
    the directory says.

    Raises:
        InputError: no archive, a missing array, pickled objects, more frames than `max_seconds` has, or a
            shape that contradicts the bytes.
    """
    most = int(max_seconds / settings.frame_seconds) + 1
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = _entries(archive)
            mel = _array(archive, entries, MEL, most * settings.n_mels, most)
            f0 = _array(archive, entries, F0, most, most)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
        ValueError,
    ) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            "features",
            f"are no npz archive that can be read ({error})",
            expected="numpy.savez(…, mel=…, f0=…)",
        ) from error
    return mel, f0


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MOST_ENTRIES:
        raise InputError("features", f"hold {len(infos):,} arrays", expected=f"{MEL} and {F0}")
    named = {info.filename.removesuffix(".npy"): info for info in infos}
    if len(named) < len(infos):
        raise InputError("features", "hold two arrays of one name", expected=f"{MEL} and {F0}")
    return named


def _array(
    archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], name: str, numbers: int, frames: int
) -> np.ndarray:
    """One array, of at most so many numbers."""
    info = entries.get(name)
    if info is None:
        held = ", ".join(sorted(entry[:80] for entry in entries)) or "nothing"
        raise InputError(name, f"is missing; the archive holds {held}", expected=f"arrays {MEL} and {F0}")
    if info.flag_bits & 1:
        raise InputError(name, "is encrypted", expected="an archive as numpy.savez writes it")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(
            name, "is compressed in a way that numpy does not", expected="numpy.savez_compressed"
        )
    if info.file_size > HEADER + WIDEST * numbers:
        raise InputError(
            name,
            f"expands to {info.file_size:,} bytes",
            expected=f"at most {frames:,} frames",
            remedy="Cut it",
        )
    with archive.open(info) as stored:
        return _parsed(io.BytesIO(stored.read(info.file_size)), info.file_size, name)


def _parsed(file: BinaryIO, size: int, name: str) -> np.ndarray:
    """The array behind a head that agrees with the bytes after it."""
    try:
        version = npy.read_magic(file)
        readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
        shape, fortran, dtype = readers[version](file, max_header_size=HEADER - 100)
    except Exception as error:  # numpy leaves the head to ast and tokenize, which fail in many ways
        raise InputError(name, "is no array of numpy's format 1 or 2", expected="numpy.save's") from error
    if dtype.hasobject:
        raise InputError(name, "holds pickled objects, which are never read", expected="numbers")
    if dtype.kind not in "iuf" or dtype.itemsize > WIDEST:
        raise InputError(name, f"is of type {dtype.name[:40]}", expected="floats of 16 to 64 bits")
    count, rest = math.prod(shape), size - file.tell()
    if any(length < 0 for length in shape) or count * dtype.itemsize != rest:
        raise InputError(name, f"has shape {str(shape)[:60]}, but {rest:,} bytes of numbers")
    numbers = np.frombuffer(file.read(), dtype, count)
    return numbers.reshape(shape, order="F" if fortran else "C")
