"""Speech while its features come in: samples are given back as soon as no later frame changes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ...shared.errors import InputError
from .features.frame_checks import checked_f0, checked_mel, numbers
from .synthesis import LEAST_FRAMES, PIECE, Synthesis, require_finite
from .wavehax.streamed import streamed

AT_ONCE = 4
"""Frames that are gathered before the layers run: one at a time they take longer than they sound."""


class VocoderStream:
    """One sound in pieces; what it says is what `synthesize` says of all frames together.

    Causal generators are a few frames (20 ms) behind, others as far as all their layers look ahead; frames
    that come singly wait for up to three more. It holds the frames that its layers look back on, whatever the
    length of the sound.

    Args:
        synthesis: generator, features and seed.

    Raises:
        InputError: the generator's norm needs the whole utterance.
    """

    def __init__(self, synthesis: Synthesis) -> None:
        if not synthesis.generator.settings.framewise_norm:
            raise InputError(
                "stream",
                "this generator normalises over the whole utterance, so it cannot begin before its end",
                expected="a generator with framewise_norm",
                remedy="Call synthesize, or train one such as the preset wavehax-ms-causal",
            )
        self.synthesis = synthesis
        self._excitation = synthesis.excitation()
        self._stream = streamed(synthesis.generator)
        self._last: tuple[np.ndarray, np.ndarray] | None = None
        self._waiting: list[tuple[np.ndarray, np.ndarray]] = []
        self.frames = 0
        """Pushed so far."""
        self.samples = 0
        """Given back so far."""
        self.closed = False

    @property
    def behind(self) -> float:
        """Seconds of sound that wait for later frames."""
        features = self.synthesis.features
        return (self.frames * features.hop - self.samples) / features.sample_rate

    @torch.no_grad()
    def push(self, mel: Any, f0: Any) -> np.ndarray:
        """Samples float32 that are ready, perhaps none.

        Args:
            mel: natural log-mel of the next frames, [n, n_mels], or [n_mels] of one.
            f0: Hz, [n] or one number; 0 where unvoiced.

        Raises:
            InputError: features that do not fit, samples that are not finite, or the stream is closed.
        """
        self._require_open()
        features = self.synthesis.features
        mel, f0 = numbers(mel, "mel"), np.atleast_1d(numbers(f0, "f0"))
        if mel.ndim == 1 and len(f0) == 1:
            mel = mel[None]
        if mel.shape[:1] == (0,) and len(f0) == 0:
            return np.zeros(0, np.float32)
        mel, f0 = checked_mel(mel, features), checked_f0(f0, features)
        if len(mel) != len(f0):
            raise InputError("f0", f"has {len(f0):,} frames, the mel spectrum {len(mel):,}")
        self.frames += len(f0)
        self._last = mel[-1:], f0[-1:]
        self._waiting.append((mel, f0))
        enough = sum(len(pitches) for _, pitches in self._waiting) >= AT_ONCE
        return self._given(self._spoken() if enough else [])

    @torch.no_grad()
    def flush(self) -> np.ndarray:
        """The samples that are left; the stream is closed afterwards.

        Raises:
            InputError: it is closed already.
        """
        self._require_open()
        self.closed = True
        if self._last is None:
            return np.zeros(0, np.float32)
        pieces = self._spoken()
        missing = LEAST_FRAMES - self.frames
        if missing > 0:
            mel, f0 = self._last
            pieces.append(self._advance(mel.repeat(missing, 0), f0.repeat(missing)))
        rest = self._stream.push(None, None, None, last=True)
        if rest is not None:
            pieces.append(require_finite(rest[0].numpy()))
        return self._given(pieces)

    def _spoken(self) -> list[np.ndarray]:
        """What is ready after all frames that wait."""
        if not self._waiting:
            return []
        mel, f0 = (np.concatenate(parts) for parts in zip(*self._waiting, strict=True))
        self._waiting = []
        return [self._advance(mel[at : at + PIECE], f0[at : at + PIECE]) for at in range(0, len(f0), PIECE)]

    def _advance(self, mel_TM: np.ndarray, f0_T: np.ndarray) -> np.ndarray:
        made = self._stream.push(self.synthesis.condition(mel_TM), *self._excitation.of(f0_T))
        return np.zeros(0, np.float32) if made is None else require_finite(made[0].numpy())

    def _given(self, pieces: list[np.ndarray]) -> np.ndarray:
        """All pieces, no further than the frames that were pushed."""
        left = self.frames * self.synthesis.features.hop - self.samples
        samples = np.concatenate(pieces)[:left] if pieces else np.zeros(0, np.float32)
        self.samples += len(samples)
        return samples

    def _require_open(self) -> None:
        if self.closed:
            raise InputError("stream", "is closed", remedy="Begin a new one with stream()")
