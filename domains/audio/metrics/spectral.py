"""Distance of magnitude spectra at three resolutions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import fft

from .measured import Measured, paired, silence, unmeasured

RESOLUTIONS = ((512, 50, 240), (1_024, 120, 600), (2_048, 240, 1_200))
"""Transform, hop and window (Hann) in samples."""
FLOOR = 1e-5
"""Magnitudes below are raised to it."""
FRAMES_AT_ONCE = 2_048


def stft_distance(reference_S: np.ndarray, copy_S: np.ndarray) -> Measured:
    """Multi-resolution STFT distance; 0 for the same.

    Mean over the resolutions of |S - S'| / |S| (Frobenius norms of all magnitudes: spectral convergence) plus
    the mean of |ln S - ln S'| (Yamamoto, Song and Kim, "Parallel WaveGAN", 2020, eq. 4-6). The signals are
    continued by zeros over half a transform at both ends.

    Returns:
        NaN for silence.
    """
    reference, copy = paired(reference_S, copy_S)
    why = silence(reference, copy)
    if why:
        return unmeasured(why)
    distances = []
    for size, hop, width in RESOLUTIONS:
        missed = total = logarithms = 0.0
        count = 0
        for one, other in zip(
            magnitudes(reference, size, hop, width), magnitudes(copy, size, hop, width), strict=True
        ):
            missed += float(((one - other) ** 2).sum())
            total += float((one**2).sum())
            logarithms += float(np.abs(np.log(one / other)).sum())
            count += one.size
        distances.append(np.sqrt(missed / total) + logarithms / count)
    return Measured(float(np.mean(distances)))


def magnitudes(x_S: np.ndarray, size: int, hop: int, width: int) -> Iterator[np.ndarray]:
    """Magnitudes float64 [frames, size / 2 + 1] in pieces, frames centred on 0, hop, 2 hop …"""
    window = np.hanning(width + 1)[:-1]
    window = np.pad(window, ((size - width) // 2, size - width - (size - width) // 2))
    padded = np.pad(x_S, size // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    for first in range(0, len(frames), FRAMES_AT_ONCE):
        spectra = np.asarray(fft.rfft(frames[first : first + FRAMES_AT_ONCE] * window, axis=1))
        yield np.maximum(np.abs(spectra), FLOOR)
