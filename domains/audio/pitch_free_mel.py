"""Mel spectra without the ripple of their harmonics, so that speech can be made anew at another pitch.

Narrow bands at low frequencies resolve single harmonics. A mean over exactly one pitch period in frequency
(as CheapTrick's smoothing: Morise, 2015) leaves the envelope of the vocal tract.
"""

from __future__ import annotations

import numpy as np

from .features.mel import band_corners
from .features.settings import FeatureSettings


def without_harmonics(log_mel_TM: np.ndarray, f0_T: np.ndarray, features: FeatureSettings) -> np.ndarray:
    """Mean magnitude over f0 Hz around each band's centre, as log-mel float32 [T, M].

    Args:
        log_mel_TM: natural logarithm of mel magnitudes.
        f0_T: Hz at which it was spoken; unvoiced frames (0) stay as they are.
    """
    corners = band_corners(features.n_mels, features.fmin, features.fmax)
    centres = corners[1:-1]
    edges = np.concatenate([corners[:1], (centres[:-1] + centres[1:]) / 2, corners[-1:]])
    smooth = np.array(log_mel_TM, np.float32)
    voiced = np.flatnonzero(f0_T > 0)
    integral = np.zeros((len(voiced), features.n_mels + 1))
    np.cumsum(np.exp(smooth[voiced], dtype=np.float64) * np.diff(edges), axis=1, out=integral[:, 1:])
    for row, t in enumerate(voiced):
        low = np.maximum(centres - f0_T[t] / 2, edges[0])
        high = np.minimum(centres + f0_T[t] / 2, edges[-1])
        mean = (np.interp(high, edges, integral[row]) - np.interp(low, edges, integral[row])) / (high - low)
        smooth[t] = np.log(np.maximum(mean, features.log_floor))
    return smooth
