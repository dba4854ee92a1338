"""Pitch without the corners where stretches and bridges meet: Harvest's last step.

Morise, "Harvest" (Interspeech 2017), section 3.3: a Butterworth low-pass of second order, forwards and
backwards, so that nothing is delayed.
"""

from __future__ import annotations

import numba
import numpy as np

CUTOFF = 30.0
"""Hz; what moves faster is no pitch that a voice makes."""
AFTER = 0.1
"""Seconds by which the last pitch of a stretch is continued, until the filter has come to rest."""


@numba.njit(cache=True, nogil=True)
def smooth(track_K: np.ndarray, step: float) -> np.ndarray:
    """Each voiced stretch smoothed by itself, float64 [K]; 0 stays 0.

    Args:
        track_K: Hz, 0 where unvoiced.
        step: seconds from one to the next.
    """
    out = np.zeros(len(track_K))
    first = 0
    while first < len(track_K):
        if track_K[first] == 0:
            first += 1
            continue
        end = first
        while end < len(track_K) and track_K[end] > 0:
            end += 1
        after = int(AFTER / step)
        stretch = np.empty(end - first + after)
        stretch[: end - first], stretch[end - first :] = track_K[first:end], track_K[end - 1]
        _pass(stretch, step)
        backwards = stretch[::-1]
        _pass(backwards, step)
        out[first:end] = stretch[: end - first]
        first = end
    return out


@numba.njit(cache=True, nogil=True)
def _pass(x: np.ndarray, step: float) -> None:
    """The filter once over `x`, in place, as if its first value had always been."""
    k = np.tan(np.pi * CUTOFF * step)
    scale = 1 / (1 + np.sqrt(2.0) * k + k * k)
    gain, a1, a2 = k * k * scale, 2 * (k * k - 1) * scale, (1 - np.sqrt(2.0) * k + k * k) * scale
    x1 = x2 = y1 = y2 = x[0]
    for n in range(len(x)):
        now = x[n]
        y = gain * (now + 2 * x1 + x2) - a1 * y1 - a2 * y2
        x2, x1, y2, y1 = x1, now, y1, y
        x[n] = y
