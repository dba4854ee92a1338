"""Mean and deviation of every mel band over a corpus; they travel with the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .corpus import Utterance
from .features.audio_features import AudioFeatures
from .features.settings import FeatureSettings


@dataclass(frozen=True)
class MelStatistics:
    """float32 [n_mels] each; `scale` is positive."""

    mean: np.ndarray
    scale: np.ndarray

    def standardise(self, log_mel_BMT: Tensor) -> Tensor:
        mean, scale = torch.from_numpy(self.mean), torch.from_numpy(self.scale)
        return (log_mel_BMT - mean[:, None]) / scale[:, None]

    @classmethod
    def of(cls, utterances: Sequence[Utterance], features: FeatureSettings) -> MelStatistics:
        """Over all frames, summed in float64."""
        recipe = AudioFeatures(features)
        count, total, squares = 0, np.zeros(features.n_mels), np.zeros(features.n_mels)
        for utterance in utterances:
            values = recipe.mel(utterance.samples).astype(np.float64)
            count += len(values)
            total += values.sum(axis=0)
            squares += (values**2).sum(axis=0)
        mean = total / count
        scale = np.sqrt(np.maximum(squares / count - mean**2, 1e-6))
        return cls(mean.astype(np.float32), scale.astype(np.float32))
