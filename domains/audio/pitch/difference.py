"""YIN's cumulative-mean-normalised difference of short frames, by direct sums that the compiler vectorises.

De Cheveigne and Kawahara, "YIN, a fundamental frequency estimator for speech and music" (2002), eq. 6, 8.
"""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True, fastmath=True)
def normalised_difference(
    x: np.ndarray, centres: np.ndarray, window: int, max_lag: int, out: np.ndarray
) -> None:
    """d'(lag) of a frame around each centre; 1 at lag 0 and wherever the signal is silent so far.

    d(lag) = sum over `window` samples of (x[j] - x[j + lag])^2 is found from energies and one correlation.
    For every lag the pairs lie symmetrically around the centre, so that a gliding pitch is met where it is;
    the original starts all lags at one sample. Samples beyond the signal count as 0.

    Args:
        x: float32 [S]; centres: int64 [T], in samples.
        out: float32 [T, max_lag + 1], filled.
    """
    size = window + max_lag
    frame = np.empty(size, np.float32)
    energy = np.zeros(size + 1, np.float64)
    for t in range(len(centres)):
        first = centres[t] - size // 2
        for j in range(size):
            at = first + j
            frame[j] = x[at] if 0 <= at < len(x) else np.float32(0)
            energy[j + 1] = energy[j] + np.float64(frame[j]) * frame[j]
        out[t, 0] = 1.0
        total = 0.0
        for lag in range(1, max_lag + 1):
            start = (max_lag - lag) // 2
            both = energy[start + window] - energy[start]
            both += energy[start + lag + window] - energy[start + lag]
            product = _product(frame[start : start + window], frame[start + lag : start + lag + window])
            difference = max(both - 2.0 * product, 0.0)
            total += difference
            out[t, lag] = difference * lag / total if total > 1e-12 else 1.0


@numba.njit(cache=True, nogil=True, fastmath=True)
def _product(a: np.ndarray, b: np.ndarray) -> np.float32:
    """Inner product; by itself, so that the compiler sees indices from 0 and vectorises."""
    total = np.float32(0)
    for j in range(len(a)):
        total += a[j] * b[j]
    return total


@numba.njit(cache=True, nogil=True)
def trough(curve: np.ndarray, lag: int) -> tuple[float, float]:
    """Place and depth of the parabola through three neighbours of a local minimum."""
    before, here, after = curve[lag - 1], curve[lag], curve[lag + 1]
    bend = before - 2 * here + after
    if bend <= 0:
        return float(lag), float(here)
    shift = 0.5 * (before - after) / bend
    shift = min(max(shift, -0.5), 0.5)
    return lag + shift, here - 0.25 * (before - after) * shift
