"""Writing sound: a file appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
import warnings
from os import PathLike
from pathlib import Path
from typing import Literal

import numpy as np

from ....shared.errors import InputError, InputWarning
from .audio import Audio

SampleFormat = Literal["pcm16", "float"]
FORMATS = {".wav": "WAV", ".flac": "FLAC"}


def write_audio(path: str | PathLike[str], audio: Audio, sample_format: SampleFormat = "pcm16") -> int:
    """Write one channel to a wav or flac file and return how many samples were clipped.

    Samples beyond full scale are clipped, counted and warned of in 16 bits, and kept as they are in floats.

    Args:
        path: where to; missing folders are made, an existing file is replaced at once.
        audio: what to write.
        sample_format: "pcm16", or "float" (32 bits, wav only).

    Raises:
        InputError: no samples, samples that are not finite (nothing is written then), a suffix or format
            that is not known, or the disk refuses.
    """
    target = Path(path)
    container = _container(target, sample_format)
    samples = _writable(audio, target)
    clipped = 0
    if sample_format == "pcm16":
        clipped = int((np.abs(samples) > 1).sum())
        samples = pcm16(samples)
    _replace(target, samples, audio.sample_rate, container, sample_format)
    if clipped:
        share = f"{clipped:,} of {len(samples):,} samples were beyond full scale and are clipped"
        warnings.warn(f"{target}: {share}", InputWarning, stacklevel=2)
    return clipped


def pcm16(samples: np.ndarray) -> np.ndarray:
    """int16 of finite samples; what lies beyond full scale is clipped."""
    # What reading divides by, so that 16-bit sound comes back to the bit.
    return np.clip(np.rint(samples.astype(np.float64) * 32_768.0), -32_768, 32_767).astype(np.int16)


def _container(target: Path, sample_format: str) -> str:
    container = FORMATS.get(target.suffix.lower())
    if container is None:
        raise InputError("path", f"ends in {target.suffix!r}", where=str(target), expected=".wav or .flac")
    if sample_format not in ("pcm16", "float") or (sample_format == "float" and container != "WAV"):
        raise InputError(
            "sample_format", f"is {sample_format!r}", where=str(target), expected="'pcm16', or 'float' in wav"
        )
    return container


def _writable(audio: Audio, target: Path) -> np.ndarray:
    samples = np.asarray(audio.samples)
    if samples.ndim != 1 or not len(samples):
        raise InputError(
            "samples", f"have shape {samples.shape}", where=str(target), expected="[samples], at least one"
        )
    bad = ~np.isfinite(samples)
    if bad.any():
        raise InputError(
            "samples",
            f"{int(bad.sum()):,} are NaN or infinite, the first at index {int(bad.argmax()):,}",
            where=str(target),
            expected="finite samples; nothing was written",
        )
    return samples.astype(np.float64)


def _replace(target: Path, samples: np.ndarray, rate: int, container: str, sample_format: str) -> None:
    import soundfile

    subtype = "PCM_16" if sample_format == "pcm16" else "FLOAT"
    part: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        part = Path(name)
        with os.fdopen(handle, "wb") as file:  # soundfile takes no name that is not UTF-8
            soundfile.write(file, samples, rate, subtype=subtype, format=container)
        part.chmod(0o666 & ~_umask())
        part.replace(target)
    except (OSError, soundfile.SoundFileError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError("audio file", f"cannot be written ({reason})", where=str(target)) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
