"""What a vocoder learns from: random crops for training, whole utterances for validation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from .corpus import Utterance
from .features.mel import LogMel
from .features.settings import FeatureSettings
from .mel_statistics import MelStatistics
from .pitch_free_mel import without_harmonics
from .wavehax.harmonic_prior import PriorKind, prior

LOUDER, SOFTER = 6.0, -14.0
"""Range of the random level, in dB relative to the recording."""
PEAK = 0.99


class VocoderSamples:
    """Turns samples and pitch into tensors of a batch.

    condition [B, M, T] is standardised log-mel, prior and noise [B, T * hop] the excitation, audio
    [B, T * hop] the target.
    """

    def __init__(
        self,
        utterances: Sequence[Utterance],
        features: FeatureSettings,
        statistics: MelStatistics,
        kind: PriorKind,
        seed: int,
    ) -> None:
        self.utterances, self.features, self.statistics = utterances, features, statistics
        self.kind: PriorKind = kind
        self.seed = seed
        self.log_mel = LogMel(features)
        # Frames on each side whose samples the first and last mel frames reach into.
        self.margin = -(-((features.mel_fft - features.hop) // 2) // features.hop)

    def tensors(
        self,
        wide_BS: np.ndarray,
        f0_BT: np.ndarray,
        draws: np.random.Generator,
        smooth_B: np.ndarray | None = None,
    ) -> dict[str, Tensor]:
        """A batch from samples that reach `margin` frames beyond `f0_BT` on both sides.

        Rows where `smooth_B` is true are described by mel spectra without harmonics.
        """
        hop, margin = self.features.hop, self.margin
        wide = torch.from_numpy(wide_BS)
        inside = slice(margin * hop, wide.shape[1] - margin * hop)
        log_mel = self.log_mel(wide)[:, :, margin:-margin]
        for row in np.flatnonzero(smooth_B) if smooth_B is not None else ():
            smooth = without_harmonics(log_mel[row].T.numpy(), f0_BT[row], self.features)
            log_mel[row] = torch.from_numpy(smooth.T)
        condition = self.statistics.standardise(log_mel)
        audio = wide[:, inside].contiguous()
        noise = torch.from_numpy(draws.standard_normal(audio.shape, dtype=np.float32))
        start = torch.from_numpy(draws.random(len(f0_BT)))
        excitation = prior(
            torch.from_numpy(f0_BT),
            hop,
            self.features.sample_rate,
            kind=self.kind,
            start_B=start,
            noise_BS=noise,
        )
        return {"condition": condition, "prior": excitation, "noise": noise, "audio": audio}


class CropSource(VocoderSamples):
    """Random crops at random levels; crop i is a pure function of (seed, i)."""

    def __init__(
        self,
        utterances: Sequence[Utterance],
        features: FeatureSettings,
        statistics: MelStatistics,
        *,
        kind: PriorKind = "harmonic",
        seed: int = 0,
        frames: int = 32,
        samples: int,
        smoothed: float = 0.0,
    ) -> None:
        """`samples` is how many crops there are; utterances are drawn in proportion to their length.

        The share `smoothed` of them is described by mel spectra without harmonics, so that the pitch must
        come from the prior.
        """
        super().__init__(utterances, features, statistics, kind, seed)
        self.frames, self.samples, self.smoothed = frames, samples, smoothed
        self.ends = np.cumsum([max(len(u.f0) - frames + 1, 1) for u in utterances])

    def __len__(self) -> int:
        return self.samples

    def batch(self, indices: np.ndarray) -> dict[str, Tensor]:
        crops = [self._crop(int(index)) for index in indices]
        draws = np.random.default_rng([self.seed, 1, *(int(index) for index in indices)])
        smooth = draws.random(len(crops)) < self.smoothed
        return self.tensors(np.stack([c[0] for c in crops]), np.stack([c[1] for c in crops]), draws, smooth)

    def _crop(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        draws = np.random.default_rng([self.seed, 0, index])
        place = int(draws.integers(self.ends[-1]))
        which = int(np.searchsorted(self.ends, place, side="right"))
        start = place - (int(self.ends[which - 1]) if which else 0)
        utterance = self.utterances[which]
        f0 = _cut(utterance.f0, start, start + self.frames)
        hop = self.features.hop
        first, last = start - self.margin, start + self.frames + self.margin
        samples = _cut(utterance.samples, first * hop, last * hop)
        gain = 10 ** (draws.uniform(SOFTER, LOUDER) / 20)
        gain = min(gain, PEAK / max(float(np.abs(samples).max()), 1e-9))
        return samples * np.float32(gain), f0


class UtteranceSource(VocoderSamples):
    """Whole utterances as lists of batches of one, so that nothing is padded."""

    def __init__(
        self,
        utterances: Sequence[Utterance],
        features: FeatureSettings,
        statistics: MelStatistics,
        kind: PriorKind = "harmonic",
        seed: int = 0,
    ) -> None:
        super().__init__(utterances, features, statistics, kind, seed)

    def __len__(self) -> int:
        return len(self.utterances)

    def batch(self, indices: np.ndarray) -> list[dict[str, Tensor]]:
        return [self._whole(int(index)) for index in indices]

    def _whole(self, index: int) -> dict[str, Tensor]:
        utterance = self.utterances[index]
        edge = self.margin * self.features.hop
        wide = np.pad(utterance.samples, edge)[None]
        return self.tensors(wide, utterance.f0[None], np.random.default_rng([self.seed, 2, index]))


def _cut(values: np.ndarray, first: int, last: int) -> np.ndarray:
    """values[first:last] with zeros where there are none."""
    out = np.zeros(last - first, np.float32)
    low, high = max(first, 0), min(last, len(values))
    out[low - first : high - first] = values[low:high]
    return out
