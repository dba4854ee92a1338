"""YIN: pitch frame by frame, without memory."""

from __future__ import annotations

import numba
import numpy as np

from .difference import trough
from .frames import PitchFrames


def yin(x: np.ndarray, frames: PitchFrames, threshold: float = 0.15) -> tuple[np.ndarray, np.ndarray]:
    """Pitch and aperiodicity of every frame.

    Args:
        x: float32 [S] samples.
        frames: rate, hop and range.
        threshold: the first trough below it is taken, else the deepest.

    Returns:
        f0 float32 [T] in Hz, always positive, and the depth of its trough, float32 [T]: small where voiced.

    Raises:
        InputError: see `checked_samples`.
    """
    curves = frames.curves(frames.checked(x))
    pieces = [_first_troughs(curve, frames.min_lag, threshold) for _, curve in curves]
    lags, depths = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    return (frames.sample_rate / lags).astype(np.float32), depths


@numba.njit(cache=True, nogil=True)
def _first_troughs(curves: np.ndarray, min_lag: int, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    lags, depths = np.empty(len(curves)), np.empty(len(curves), np.float32)
    for t in range(len(curves)):
        curve = curves[t]
        best = min_lag
        for lag in range(min_lag, len(curve) - 1):
            if curve[lag] < curve[best]:
                best = lag
            if curve[lag] < threshold and curve[lag] <= curve[lag + 1]:
                best = lag
                break
        if 0 < best < len(curve) - 1:
            lags[t], depths[t] = trough(curve, best)
        else:
            lags[t], depths[t] = best, curve[best]
    return lags, depths
