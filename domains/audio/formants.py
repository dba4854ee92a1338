"""Mel spectra of a longer or shorter vocal tract: the envelope stretched along frequency."""

from __future__ import annotations

import numpy as np

from .features.mel import hz_from_mel, mel_from_hz
from .features.settings import FeatureSettings


def shifted_formants(log_mel_TM: np.ndarray, factor: float, features: FeatureSettings) -> np.ndarray:
    """log-mel float32 [T, M] whose value at each frequency is that of `log_mel_TM` at 1 / `factor` of it.

    The spectrum should hold no harmonics (`without_harmonics`), which would move with the envelope. A band's
    value is a mean over its width, so it needs no correction. Beyond the last band it goes on level.
    """
    ends = mel_from_hz(np.array([features.fmin, features.fmax]))
    centres = np.linspace(ends[0], ends[1], features.n_mels + 2)[1:-1]
    source = mel_from_hz(hz_from_mel(centres) / factor)
    place = np.clip((source - centres[0]) / (centres[1] - centres[0]), 0, features.n_mels - 1)
    low = np.minimum(place.astype(int), features.n_mels - 2)
    share = (place - low).astype(np.float32)
    return (log_mel_TM[:, low] * (1 - share) + log_mel_TM[:, low + 1] * share).astype(np.float32)
