"""Mel-cepstral distortion, of the mel frames that the vocoder itself is fed with."""

from __future__ import annotations

import numpy as np
from scipy import fft

from ....shared.errors import InputError
from .measured import Measured, unmeasured

COEFFICIENTS = 24
QUIET = 1e-6
"""Frames whose power lies below this share of the loudest frame's (-60 dB) do not count."""


def mel_cepstral_distortion(
    reference_TM: np.ndarray, copy_TM: np.ndarray, coefficients: int = COEFFICIENTS
) -> Measured:
    """Mean over frames of (10 sqrt(2) / ln 10) sqrt(sum_{d=1..D} (c_d - c'_d)^2), in dB.

    c_d = (2 / M) sum_m L_m cos(pi d (m + 1/2) / M) for the natural logarithms L of M mel magnitudes, so that
    L_m = c_0 / 2 + sum_d c_d cos(...): the figure is the root-mean-square difference in dB of the two mel
    spectra smoothed to D coefficients, whatever their level (c_0 is left out). Frames stand for the same time
    in both, without warping. Frames below -60 dB of the reference's loudest do not count. Figures of other
    mel or cepstral analyses (WORLD's, SPTK's) are on the same scale, but not the same.

    Args:
        reference_TM, copy_TM: log-mel frames [T, M]; one frame too many is cut off.

    Returns:
        NaN without frames.

    Raises:
        InputError: shapes that do not fit, values that are not finite, or not that many coefficients.
    """
    one, other = np.asarray(reference_TM, np.float64), np.asarray(copy_TM, np.float64)
    if one.ndim != 2 or other.ndim != 2 or one.shape[1] != other.shape[1] or abs(len(one) - len(other)) > 1:
        raise InputError("mel", f"frames of shapes {one.shape} and {other.shape} cannot be compared")
    if not 1 <= coefficients < one.shape[1]:
        raise InputError("coefficients", f"is {coefficients}", expected=f"1 to {one.shape[1] - 1}")
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise InputError("mel", "holds NaN or infinite values")
    frames = min(len(one), len(other))
    if not frames:
        return unmeasured("there are no frames")
    one, other = one[:frames], other[:frames]
    power = np.exp(2 * one).sum(axis=1)
    heard = power >= QUIET * power.max()
    difference = (one - other)[heard]
    cepstra = np.asarray(fft.dct(difference, type=2, axis=1))[:, 1 : coefficients + 1] / one.shape[1]
    return Measured(10 * np.sqrt(2) / np.log(10) * float(np.sqrt((cepstra**2).sum(axis=1)).mean()))
