"""Whether a mel spectrum shows the harmonics of a pitch track, or those of another one, or none."""

from __future__ import annotations

import numpy as np
import torch

from .features.mel import LogMel, band_corners
from .features.settings import FeatureSettings
from .pitch_free_mel import without_harmonics
from .wavehax.harmonic_prior import prior

HIGHEST = 1_000.0
"""Bands above, in Hz, are too wide to show single harmonics."""
HISS = 1e-3
"""Noise below the harmonics, so that no band is empty."""


def harmonic_agreement(log_mel_TM: np.ndarray, f0_T: np.ndarray, features: FeatureSettings) -> float:
    """Correlation, over voiced frames and low bands, of the mel spectrum's ripple with that of a pulse train.

    On read speech 0.8-0.9 for its own pitch, about 0 for an unrelated one or spectra without ripple, up to
    0.6 for a pitch 6 % beside it or an octave below. 1 where no frame is voiced, as nothing contradicts.

    Args:
        log_mel_TM: natural log-mel, float32.
        f0_T: Hz, 0 where unvoiced.
    """
    voiced = f0_T > 0
    if not voiced.any():
        return 1.0
    hiss = torch.from_numpy(np.random.default_rng(0).standard_normal((1, len(f0_T) * features.hop)))
    f0 = torch.from_numpy(np.asarray(f0_T, np.float32))[None]
    pulses = prior(f0, features.hop, features.sample_rate, noise_BS=HISS * hiss.float())
    expected = LogMel(features)(pulses)[0].T.numpy()
    low = band_corners(features.n_mels, features.fmin, features.fmax)[1:-1] < HIGHEST
    ripples = []
    for mel in (log_mel_TM, expected):
        ripple = (mel - without_harmonics(mel, f0_T, features))[voiced][:, low]
        ripples.append(ripple - ripple.mean(axis=1, keepdims=True))
    one, other = ripples
    lengths = np.sqrt(np.square(one).sum() * np.square(other).sum())
    return float((one * other).sum() / max(lengths, 1e-9))
