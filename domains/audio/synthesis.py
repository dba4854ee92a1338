"""Samples from checked features: one sound at a time, many in padded batches, long ones in pieces."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...shared.errors import InputError, InputWarning
from .features.settings import FeatureSettings
from .mel_statistics import MelStatistics
from .wavehax.build import Generator
from .wavehax.excitation import Excitation, gliding
from .wavehax.row_ends import RowEnds
from .wavehax.streamed import streamed

LEAST_FRAMES = 16
"""Shorter input is lengthened by repeating its last frame; convolutions reflect at the ends."""
FRAMES_AT_ONCE = 2_048
"""Of one sound, where the generator can be cut, and of all rows of a batch."""
MUCH_MEMORY = 2.0
"""Gigabytes that a sound may take without a word about it."""
PIECE = 256
"""Frames that a long sound is cut into."""
PARTS = 4
"""Of a frame, in which pitch is held where it glides."""

Features = tuple[np.ndarray, np.ndarray]
"""log-mel float32 [T, n_mels] and f0 float32 [T] in Hz."""


class Synthesis:
    """A generator with its features and statistics; gives samples for features that were checked.

    Args:
        seed: of the noise; every sound is given the same.
        glides: whether pitch moves within frames, rather than being held as in training.
    """

    def __init__(
        self,
        features: FeatureSettings,
        generator: Generator,
        statistics: MelStatistics,
        seed: int = 0,
        glides: bool = False,
    ) -> None:
        self.features, self.generator, self.statistics, self.seed = features, generator, statistics, seed
        self.parts = PARTS if glides and features.hop % PARTS == 0 else 1
        generator.eval()

    def excitation(self) -> Excitation:
        """A fresh one, from the first frame on; it takes what `track` gives."""
        kind = self.generator.settings.prior
        return Excitation(self.features.hop // self.parts, self.features.sample_rate, kind, self.seed)

    def track(self, f0_T: np.ndarray) -> np.ndarray:
        """Pitch of each part of a frame."""
        return f0_T if self.parts == 1 else gliding(f0_T, self.parts)

    def condition(self, mel_TM: np.ndarray) -> Tensor:
        """Standardised log-mel [1, M, T]."""
        return self.statistics.standardise(torch.from_numpy(mel_TM.T.copy())[None])

    @torch.no_grad()
    def one(self, mel_TM: np.ndarray, f0_T: np.ndarray) -> np.ndarray:
        """Samples float32 [T * hop].

        Raises:
            InputError: they are not finite.
        """
        if len(f0_T) > FRAMES_AT_ONCE:
            if self.generator.settings.framewise_norm:
                return np.concatenate(list(self.pieces(mel_TM, f0_T)))
            self._warn_of_memory(len(f0_T))
        mel, f0 = lengthened(mel_TM, f0_T)
        audio = self.generator(self.condition(mel), *self.excitation().of(self.track(f0)))
        return require_finite(audio[0, : len(f0_T) * self.features.hop].numpy())

    def _warn_of_memory(self, frames: int) -> None:
        """A note where one sound will take much memory: its norm spans the whole, so it cannot be cut."""
        sizes = self.generator.settings
        image = frames * (sizes.n_fft // 2 + 1) * sizes.channels * 4
        needed = image * (2 + sizes.expansion) / 1e9
        if needed > MUCH_MEMORY:
            seconds = frames * self.features.frame_seconds
            text = (
                f"{seconds:,.0f} s at once take about {needed:.0f} GB: this generator's norm spans the whole"
            )
            warnings.warn(f"{text} sound; cut it into sentences", InputWarning, stacklevel=4)

    @torch.no_grad()
    def pieces(self, mel_TM: np.ndarray, f0_T: np.ndarray) -> Iterator[np.ndarray]:
        """What `one` gives (1e-5), some seconds at a time where the generator can be cut."""
        if not self.generator.settings.framewise_norm or len(f0_T) < LEAST_FRAMES:
            yield self.one(mel_TM, f0_T)
            return
        stream, excitation, track = streamed(self.generator), self.excitation(), self.track(f0_T)
        for start in range(0, len(f0_T), PIECE):
            part, fine = slice(start, start + PIECE), slice(start * self.parts, (start + PIECE) * self.parts)
            made = stream.push(self.condition(mel_TM[part]), *excitation.of(track[fine]))
            if made is not None:
                yield require_finite(made[0].numpy())
        rest = stream.push(None, None, None, last=True)
        if rest is not None:
            yield require_finite(rest[0].numpy())

    def many(self, sounds: Sequence[Features]) -> list[np.ndarray]:
        """Samples of each, as `one` gives them, in batches of sounds of like length."""
        audio: list[np.ndarray | None] = [None] * len(sounds)
        for batch in _batches([len(f0) for _, f0 in sounds]):
            if len(batch) == 1:
                audio[batch[0]] = self.one(*sounds[batch[0]])
                continue
            for number, samples in zip(batch, self._rows([sounds[n] for n in batch]), strict=True):
                audio[number] = samples
        return [samples for samples in audio if samples is not None]

    @torch.no_grad()
    def _rows(self, sounds: Sequence[Features]) -> list[np.ndarray]:
        """Samples of each row of one padded batch."""
        hop = self.features.hop
        rows, frames = [], []
        for mel, f0 in sounds:
            mel, f0 = lengthened(mel, f0)
            signals = self.excitation().of(self.track(f0))
            rows.append((self.condition(mel)[0], *(signal[0] for signal in signals)))
            frames.append(len(f0))
        longest = max(frames)
        padded = [
            torch.stack([functional.pad(x, (0, longest * scale - x.shape[-1])) for x in signals])
            for signals, scale in zip(zip(*rows, strict=True), (1, hop, hop), strict=True)
        ]
        audio = self.generator(*padded, RowEnds(torch.tensor(frames)))
        made = zip(audio, sounds, strict=True)
        return [require_finite(row[: len(f0) * hop].numpy().copy()) for row, (_, f0) in made]


def lengthened(mel_TM: np.ndarray, f0_T: np.ndarray) -> Features:
    """The same, or its last frame repeated up to `LEAST_FRAMES`."""
    missing = max(LEAST_FRAMES - len(f0_T), 0)
    return np.pad(mel_TM, ((0, missing), (0, 0)), mode="edge"), np.pad(f0_T, (0, missing), mode="edge")


def require_finite(samples_S: np.ndarray) -> np.ndarray:
    """Itself.

    Raises:
        InputError: a sample is NaN or infinite.
    """
    if not np.isfinite(samples_S).all():
        raise InputError("mel", "gives samples that are not finite", expected="log-mel of speech")
    return samples_S


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Numbers of sounds, those of like length together, at most `FRAMES_AT_ONCE` padded frames in each."""
    batches: list[list[int]] = []
    for number in sorted(range(len(lengths)), key=lambda n: -lengths[n]):
        longest = max(lengths[batches[-1][0]], LEAST_FRAMES) if batches else 0
        if batches and (len(batches[-1]) + 1) * longest <= FRAMES_AT_ONCE:
            batches[-1].append(number)
        else:
            batches.append([number])
    return batches
