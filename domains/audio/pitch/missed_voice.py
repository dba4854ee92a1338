"""Voice that pYIN passes over at the ends of its stretches, followed on period by period.

pYIN compares some 30 ms with what comes a period later; where pitch moves by more than about 1.5 % in 10 ms
these differ, and a clear voice counts as noise. One period and the next are alike all the same.
"""

from __future__ import annotations

import numba
import numpy as np

from .frames import PitchFrames
from .pyin import QUIET

ALIKE = 0.8
"""Least correlation of one period with the next; between periods of noise it is seldom reached twice."""
SHORTEST = 0.03
"""Seconds that a stretch goes on at least, or it stays as it was."""
STEP = 0.06
"""Largest relative change of pitch from a frame to the next."""


def with_missed_voice(f0_T: np.ndarray, x: np.ndarray, frames: PitchFrames) -> np.ndarray:
    """`f0_T`, its voiced stretches continued to both sides as long as one period is like the next.

    Voiced frames stay as they are, and no stretch begins where there is none.

    Args:
        f0_T: Hz of each frame of `x`, 0 where unvoiced.
        x: float [S] samples.

    Returns:
        float32 [T] in Hz, 0 where unvoiced.

    Raises:
        InputError: see `checked_samples`.
    """
    x = frames.checked(x)
    f0 = np.array(f0_T, np.float32)
    centres, open_T = frames.centres(len(x))[: len(f0)], frames.levels(x)[: len(f0)] >= QUIET
    least = int(np.ceil(SHORTEST * frames.sample_rate / frames.hop))
    for order in (slice(None), slice(None, None, -1)):
        _follow(x, f0[order], centres[order], open_T[order], frames.sample_rate, least)
    return f0


@numba.njit(cache=True, nogil=True)
def _follow(
    x: np.ndarray, f0: np.ndarray, centres: np.ndarray, open_T: np.ndarray, rate: int, least: int
) -> None:
    """Continues every stretch in the direction of the arrays, in place."""
    t = 1
    while t < len(f0):
        if f0[t] > 0 or f0[t - 1] == 0:
            t += 1
            continue
        start = t
        while t < len(f0) and f0[t] == 0 and open_T[t]:
            pitch = _next_pitch(x, centres[t], rate, f0[t - 1])
            if pitch == 0:
                break
            f0[t] = pitch
            t += 1
        if t - start < least and (t == len(f0) or f0[t] == 0):
            f0[start:t] = 0
        t = max(t, start + 1)


@numba.njit(cache=True, nogil=True)
def _next_pitch(x: np.ndarray, centre: int, rate: int, before: float) -> float:
    """Hz near `before` at which the periods on both sides of `centre` are most alike; 0 where none is."""
    size = int(np.rint(rate / before))
    low, high = max(int(size / (1 + STEP)), 2), int(size * (1 + STEP)) + 1
    likeness = np.zeros(high - low + 3)
    for k in range(len(likeness)):
        likeness[k] = _likeness(x, centre, low - 1 + k, size)
    k = int(np.argmax(likeness))
    if likeness[k] < ALIKE or k == 0 or k == len(likeness) - 1:
        return 0.0
    bend = likeness[k - 1] - 2 * likeness[k] + likeness[k + 1]
    shift = 0.5 * (likeness[k - 1] - likeness[k + 1]) / bend if bend < 0 else 0.0
    return rate / (low - 1 + k + shift)


@numba.njit(cache=True, nogil=True)
def _likeness(x: np.ndarray, centre: int, lag: int, size: int) -> float:
    """Correlation of `size` samples with those `lag` later, both together around `centre`."""
    start = centre - (size + lag) // 2
    if start < 0 or start + lag + size > len(x):
        return 0.0
    product = first = second = 0.0
    for j in range(start, start + size):
        product += x[j] * x[j + lag]
        first += x[j] * x[j]
        second += x[j + lag] * x[j + lag]
    power = first * second
    return product / np.sqrt(power) if power > 0 else 0.0
