"""From a file, its bytes or an array to float32 channels at full scale 1; refusals name the file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ....shared.errors import InputError
from .audio import Audio, Remark
from .sound_limit import HIGHEST_RATE, SoundLimit

if TYPE_CHECKING:
    from soundfile import SoundFile

MOST_CHANNELS = 64
"""An array with more on its shorter side is no sound."""
SAMPLES_PER_BYTE = 64
"""Speech hardly compresses further; a header that promises more is believed only as samples come."""
BLOCK = 2**20
"""Samples of all channels decoded at a time then."""


def decode(
    source: Any, sample_rate: int | None, limit: SoundLimit | None = None
) -> tuple[np.ndarray, int, list[Remark], str]:
    """Channels, rate, remarks and name of whatever was given.

    Args:
        source: path of a wav, flac or ogg file (or another that libsndfile knows), its bytes, an array or
            tensor [S], [S, C] or [C, S] (the shorter side is channels), or an `Audio`.
        sample_rate: Hz, for arrays only.
        limit: of files and their bytes.

    Returns:
        float32 [S, C], Hz, remarks, and how to call it in a sentence.

    Raises:
        InputError: the file is missing, empty, no sound or beyond the limit; an array or `Audio` has no rate
            or a shape of no sound.
    """
    if isinstance(source, Audio):
        rate = require_rate(source.sample_rate, "sample_rate")
        samples = source.samples
        plain = isinstance(samples, np.ndarray) and samples.ndim == 1 and samples.dtype.kind == "f"
        return samples[:, None] if plain else _of_array(samples), rate, list(source.remarks), "audio"
    if isinstance(source, (str, PathLike)):
        samples, rate, remarks = _of_file(Path(source), limit)
        name = str(source)
    elif isinstance(source, (bytes, bytearray, memoryview)):
        samples, rate, remarks = _of_bytes(bytes(source), limit)
        name = "audio"
    else:
        return _of_array(source), _rate_of_array(sample_rate), [], "audio"
    if sample_rate is not None and sample_rate != rate:
        raise InputError(
            "sample_rate",
            f"says {sample_rate:,} Hz, the file {rate:,} Hz",
            where=name,
            remedy="Leave sample_rate to the file; rate= is what to resample to",
        )
    return samples, rate, remarks, name


def _of_file(path: Path, limit: SoundLimit | None) -> tuple[np.ndarray, int, list[Remark]]:
    where = str(path)
    if not path.exists():
        raise InputError("audio file", "does not exist", where=where, remedy="Check the path")
    if path.is_dir():
        raise InputError("audio file", "is a folder", where=where, expected="one wav, flac or ogg file")
    try:
        if path.stat().st_size == 0:
            raise InputError("audio file", "has 0 bytes", where=where, expected="a wav, flac or ogg file")
        with path.open("rb") as stream:
            return _decoded(stream, where, limit)
    except OSError as error:
        raise InputError("audio file", f"cannot be read ({error.strerror})", where=where) from error


def _of_bytes(content: bytes, limit: SoundLimit | None) -> tuple[np.ndarray, int, list[Remark]]:
    if not content:
        raise InputError("audio", "has 0 bytes", expected="the content of a wav, flac or ogg file")
    return _decoded(io.BytesIO(content), None, limit)


def check_header(content: bytes, limit: SoundLimit) -> None:
    """Refuse a file by its first bytes, before anything is decoded.

    Raises:
        InputError: no sound, or one that is beyond the limit.
    """
    if not content:
        raise InputError("audio", "has 0 bytes", expected="the content of a wav, flac or ogg file")
    with _opened(io.BytesIO(content), None, limit):
        pass


def _decoded(
    stream: Any, where: str | None, limit: SoundLimit | None
) -> tuple[np.ndarray, int, list[Remark]]:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    with _opened(stream, where, limit) as sound:
        samples = _samples(sound, size, where, limit)
        return samples, sound.samplerate, _cut_short(sound.extra_info, sound.frames - len(samples))


@contextmanager
def _opened(stream: Any, where: str | None, limit: SoundLimit | None) -> Iterator[SoundFile]:
    """The file behind its header, which is within the limit; what goes wrong in here is told as a refusal."""
    import soundfile

    try:
        with soundfile.SoundFile(stream) as sound:
            require_rate(sound.samplerate, "sample_rate")
            if limit is not None:
                limit.check(sound.frames, sound.channels, sound.samplerate, _field(where), where)
            yield sound
    except (soundfile.SoundFileError, RuntimeError, TypeError) as error:
        raise InputError(
            _field(where),
            f"is no sound that can be read ({_reason(error)})",
            where=where,
            expected="wav, flac or ogg",
            remedy="Convert it, for example with ffmpeg -i in.xyz out.wav",
        ) from error


def _samples(sound: SoundFile, size: int, where: str | None, limit: SoundLimit | None) -> np.ndarray:
    """float32 [S, C] of all that is there; memory is taken on a header's word only where it is credible."""
    if sound.frames * sound.channels <= SAMPLES_PER_BYTE * size:
        return sound.read(dtype="float32", always_2d=True)
    blocks, frames = [], 0
    while len(block := sound.read(max(BLOCK // sound.channels, 1), dtype="float32", always_2d=True)):
        blocks.append(block)
        frames += len(block)
        if limit is not None:
            limit.check(frames, sound.channels, sound.samplerate, _field(where), where)
    return np.concatenate(blocks) if blocks else np.zeros((0, sound.channels), np.float32)


def _field(where: str | None) -> str:
    return "audio file" if where else "audio"


def _cut_short(header: str, missing: int) -> list[Remark]:
    """A remark where a file holds less than its header says, as after a download that broke off."""
    sizes = re.search(r"^data : (\d+) \(should be (\d+)\)", header, re.MULTILINE)
    promised, found = map(int, sizes.groups()) if sizes else (0, 0)
    # Writers into a pipe cannot know the size and leave the largest there is.
    if missing <= 0 and not found < promised < 2**31 - 2**16:
        return []
    share = f" after {found / promised:.0%} of what its header says" if sizes else ""
    return [Remark("truncated", f"the file ends early{share}; the part that is there is used")]


def _reason(error: Exception) -> str:
    text = getattr(error, "error_string", None) or str(error)
    return text.rstrip(".") or type(error).__name__


def _rate_of_array(sample_rate: int | None) -> int:
    if sample_rate is None:
        raise InputError(
            "sample_rate",
            "is not given, and samples alone do not say it",
            expected="Hz",
            remedy="Write read_audio(samples, sample_rate=24_000)",
        )
    return require_rate(sample_rate, "sample_rate")


def require_rate(rate: Any, field: str) -> int:
    """`rate` as a whole number of Hz between 1,000 and 768,000.

    Raises:
        InputError: it is something else.
    """
    real = isinstance(rate, (int, float, np.integer, np.floating)) and not isinstance(rate, bool)
    if not real or not 1_000 <= rate <= HIGHEST_RATE or rate != int(rate):
        raise InputError(field, f"is {rate!r}", expected=f"whole Hz between 1,000 and {HIGHEST_RATE:,}")
    return int(rate)


def _of_array(given: Any) -> np.ndarray:
    """float32 [S, C] of an array or tensor of numbers; integers are scaled by their full scale."""
    if hasattr(given, "detach"):
        given = given.detach().cpu()
        given = (given.float() if given.is_floating_point() else given).numpy()
    try:
        array = np.asarray(given)
    except ValueError as error:  # rows of different lengths
        reason = str(error).partition(". ")[0]
        raise InputError("samples", f"are no array of numbers ({reason})", expected="[samples]") from None
    if array.dtype.kind not in "iuf":
        raise InputError(
            "samples", f"are of type {array.dtype}", expected="floats, or integers of 8 to 32 bits"
        )
    if array.ndim == 2 and array.shape[0] < array.shape[1]:
        array = array.T
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] > MOST_CHANNELS:
        raise InputError(
            "samples",
            f"have shape {tuple(np.shape(given))}",
            expected="[samples], [samples, channels] or [channels, samples]",
        )
    if array.dtype.kind == "f":
        # Overflow to infinity is found, with its place, by the check for finite samples.
        with np.errstate(over="ignore"):
            return array.astype(np.float32)
    if array.dtype.itemsize > 4:
        raise InputError(
            "samples",
            f"are {array.dtype}, whose full scale nobody knows",
            expected="int16, int32, uint8 or floats",
            remedy="Convert them first: samples.astype('int16') if they are 16-bit samples",
        )
    half = 2.0 ** (8 * array.dtype.itemsize - 1)
    return ((array - (half if array.dtype.kind == "u" else 0.0)) / half).astype(np.float32)
