"""What a vocoder is given: mel frames and pitch of one sound."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from os import PathLike
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from ....shared.artifact.feature_spec import require_match
from ....shared.errors import InputError
from ..pitch.frames import PitchFrames
from ..pitch.missed_voice import with_missed_voice
from ..pitch.pyin import pyin
from .audio import Audio
from .frame_checks import checked_frames
from .mel import LogMel
from .reading import read_audio
from .settings import FeatureSettings

POLICY = tuple(
    name for name, taken in signature(read_audio).parameters.items() if taken.kind is taken.KEYWORD_ONLY
)
"""What else `read_audio` can be told beside source and rate."""
FRAMES_AT_ONCE = 4_096
"""Spectra held at a time, so that memory does not grow with the file."""


class AudioFeatures:
    """Log-mel spectrum and pitch by one fixed recipe.

    Args:
        settings: the recipe; by default 24 kHz.
    """

    def __init__(self, settings: FeatureSettings | None = None) -> None:
        self.settings = settings or FeatureSettings()
        self._log_mel = LogMel(self.settings)

    def read(self, source: str | PathLike[str] | bytes | np.ndarray | Audio, **policy: Any) -> Audio:
        """`read_audio` at the recipe's rate; `policy` is handed on.

        Raises:
            InputError: as `read_audio`, or it knows no such argument.
        """
        self._require_known(policy)
        return read_audio(source, self.settings.sample_rate, **policy)

    def of(self, audio: Audio) -> tuple[np.ndarray, np.ndarray]:
        """mel float32 [T, n_mels] and f0 float32 [T] in Hz (0 where unvoiced), T = ceil(S / hop).

        The sound is continued by zeros to whole frames. Silence has no pitch.

        Raises:
            InputError: another sample rate than the recipe's, no samples, or samples that are not finite.
        """
        samples = self._checked(audio)
        return self.mel(samples), self.f0(audio)

    def mel(self, samples_S: np.ndarray) -> np.ndarray:
        """float32 [ceil(S / hop), n_mels], in pieces, each equal to what the whole would give."""
        settings = self.settings
        frames = self.frames(len(samples_S))
        edge = (settings.mel_fft - settings.hop) // 2
        x = torch.from_numpy(np.ascontiguousarray(samples_S, np.float32))
        x = functional.pad(x, (edge, edge + frames * settings.hop - len(samples_S)))
        pieces = []
        with torch.no_grad():
            for first in range(0, frames, FRAMES_AT_ONCE):
                count = min(FRAMES_AT_ONCE, frames - first)
                start = first * settings.hop
                piece = x[start : start + (count - 1) * settings.hop + settings.mel_fft]
                pieces.append(self._log_mel.of_padded(piece[None])[0].T)
        return torch.cat(pieces).contiguous().numpy()

    def f0(self, audio: Audio) -> np.ndarray:
        """float32 [ceil(S / hop)] in Hz, 0 where unvoiced and everywhere in silence."""
        if audio.silent:
            return np.zeros(self.frames(len(audio)), np.float32)
        return pyin(*self._heard(audio))[0][: self.frames(len(audio))]

    def f0_followed(self, audio: Audio, f0_T: np.ndarray) -> np.ndarray:
        """What `f0` gives of the same sound, continued where pitch moves too fast for it."""
        return with_missed_voice(f0_T, *self._heard(audio)) if f0_T.any() else f0_T

    def _heard(self, audio: Audio) -> tuple[np.ndarray, PitchFrames]:
        """Samples, at least as many as a pitch tracker takes, and where it measures."""
        settings = self.settings
        frames = PitchFrames(settings.sample_rate, settings.hop, settings.f0_floor, settings.f0_ceil)
        return np.pad(audio.samples, (0, max(frames.window - len(audio), 0))), frames

    def frames(self, samples: int) -> int:
        """Frames that `samples` samples take: the last may be filled up."""
        return -(-samples // self.settings.hop)

    def check(self, mel: Any, f0: Any) -> tuple[np.ndarray, np.ndarray]:
        """Features that somebody brings, as `checked_frames` leaves them."""
        return checked_frames(mel, f0, self.settings)

    def require_match(self, stored: Mapping[str, Any]) -> None:
        """Refuse a model whose stored recipe differs from this one, field by field.

        Raises:
            InputError: at least one field differs; each is listed with both values.
        """
        require_match(stored, self.settings.model_dump(), "mel settings")

    def _require_known(self, policy: Mapping[str, Any]) -> None:
        if "rate" in policy:
            problem = f"is {self.settings.sample_rate:,} Hz by the model, and cannot be chosen"
            raise InputError("rate", problem, remedy="Leave it out; sample_rate= tells the rate of an array")
        unknown = [name for name in policy if name not in POLICY]
        if unknown:
            raise InputError(unknown[0], "there is no such argument", expected=", ".join(POLICY))

    def _checked(self, audio: Audio) -> np.ndarray:
        wanted = self.settings.sample_rate
        if audio.sample_rate != wanted:
            raise InputError(
                "audio",
                f"is at {audio.sample_rate:,} Hz",
                expected=f"{wanted:,} Hz",
                remedy=f"Read it with read_audio(source, {wanted})",
            )
        samples = audio.samples
        if samples.ndim != 1 or not len(samples):
            raise InputError(
                "audio", f"has samples of shape {samples.shape}", expected="[samples], at least one"
            )
        if not np.isfinite(samples).all():
            first = int((~np.isfinite(samples)).argmax())
            raise InputError(
                "audio", f"sample {first:,} is NaN or infinite", remedy="Read it with read_audio"
            )
        return samples
