"""Sounds on their way to a service and back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ...domains.audio.features.audio import Audio
from ...shared.errors import InputError
from ..service.errors import ServiceError
from .tables import read_file


def recording_of(audio: Any) -> bytes:
    """A file, its bytes, or an `Audio`, as the bytes of a sound file.

    Raises:
        InputError: it is none of these, or there is no such file.
    """
    if isinstance(audio, bytes):
        return audio
    if isinstance(audio, str | Path):
        return read_file(Path(audio).expanduser())
    if isinstance(audio, Audio):
        content = io.BytesIO()
        soundfile.write(content, audio.samples, audio.sample_rate, format="WAV", subtype="FLOAT")
        return content.getvalue()
    raise InputError("audio", f"{type(audio).__name__} cannot be sent", expected="a file, bytes, or Audio")


def features_of(mel: Any, f0: Any) -> bytes:
    """Log-mel and pitch as an npz archive."""
    content = io.BytesIO()
    np.savez(content, mel=np.asarray(mel, dtype=np.float32), f0=np.asarray(f0, dtype=np.float32))
    return content.getvalue()


def heard(content: bytes) -> Audio:
    """A wav file as `Audio`."""
    try:
        samples, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ServiceError(502, "the answer is no sound") from error
    return Audio(np.ascontiguousarray(samples[:, 0]), int(rate))
