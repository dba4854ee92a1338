"""Pitch contours: the steady stretches of the best candidates, continued while candidates allow it.

Morise, "Harvest" (Interspeech 2017), section 3.3.
"""

from __future__ import annotations

import numba
import numpy as np

from .candidates import nearest

STEADY = 0.008
"""Relative change of pitch in a step that a stretch may start from."""
FREE = 0.18
"""Relative change of pitch in a step while a stretch is continued."""
REACH = 100
"""Steps by which a stretch is continued at most."""
MISSES = 4
"""Steps without a candidate that end a stretch."""
CYCLES = 2.2
"""Periods of the mean pitch that a stretch must last."""
GAP = 9
"""Steps between stretches that are bridged by a line."""


@numba.njit(cache=True, nogil=True)
def contours(pitches: np.ndarray, off: np.ndarray, step: float, shortest: int) -> np.ndarray:
    """One pitch for each step in Hz, 0 where unvoiced, float64 [K].

    Args:
        pitches: candidates in Hz [K, M], 0 for none.
        off: their deviations [K, M]; where stretches meet, the one that deviates less is kept.
        step: seconds.
        shortest: steps that a steady stretch lasts at least.
    """
    steady = _steady(pitches, off)
    steps = len(steady)
    track, stretch = np.zeros(steps), np.zeros(steps)
    first = 0
    while first < steps:
        if steady[first] == 0:
            first += 1
            continue
        last = first
        while last + 1 < steps and steady[last + 1] > 0:
            last += 1
        if last - first + 1 >= shortest:
            stretch[max(first - REACH, 0) : last + REACH + 1] = 0
            stretch[first : last + 1] = steady[first : last + 1]
            _enter(track, stretch, first, last, pitches, off, step)
        first = last + 1
    _bridge(track)
    return track


@numba.njit(cache=True, nogil=True)
def _steady(pitches: np.ndarray, off: np.ndarray) -> np.ndarray:
    """The best candidate of each step, 0 where it jumps from the step before and from the line there."""
    steps, width = pitches.shape
    best = np.zeros(steps)
    for k in range(steps):
        least = np.inf
        for m in range(width):
            if pitches[k, m] > 0 and off[k, m] < least:
                best[k], least = pitches[k, m], off[k, m]
    out = np.zeros(steps)
    for k in range(2, steps):
        line = 2 * best[k - 1] - best[k - 2]
        jumps = abs(best[k] - line) > STEADY * line and abs(best[k] - best[k - 1]) > STEADY * best[k - 1]
        if best[k] > 0 and not jumps:
            out[k] = best[k]
    return out


@numba.njit(cache=True, nogil=True)
def _enter(
    track: np.ndarray,
    stretch: np.ndarray,
    first: int,
    last: int,
    pitches: np.ndarray,
    off: np.ndarray,
    step: float,
) -> None:
    """Continue a stretch both ways and write it where it deviates less than what is written there."""
    end = _continue(stretch, last, 1, pitches)
    start = _continue(stretch, first, -1, pitches)
    here = stretch[start : end + 1]
    voiced = here > 0
    mean = here.sum() / voiced.sum()
    if (end - start) * step * mean < CYCLES:
        return
    if (track[start : end + 1] > 0).all():
        return
    mine = theirs = 0.0
    for k in range(start, end + 1):
        if stretch[k] > 0 and track[k] > 0:
            mine += _deviation(pitches[k], off[k], stretch[k])
            theirs += _deviation(pitches[k], off[k], track[k])
    for k in range(start, end + 1):
        if stretch[k] > 0 and (track[k] == 0 or mine < theirs):
            track[k] = stretch[k]


@numba.njit(cache=True, nogil=True)
def _continue(stretch: np.ndarray, origin: int, way: int, pitches: np.ndarray) -> int:
    """Follow the nearest candidates from `origin` on; the last step that has one."""
    pitch, end, missed = stretch[origin], origin, 0
    for ahead in range(1, REACH + 1):
        k = origin + way * ahead
        if not 0 <= k < len(stretch) or missed == MISSES:
            break
        found = nearest(pitches[k], pitch)
        if found > 0 and abs(found / pitch - 1) <= FREE:
            stretch[k] = pitch = found
            end, missed = k, 0
        else:
            missed += 1
    return end


@numba.njit(cache=True, nogil=True)
def _deviation(pitches: np.ndarray, off: np.ndarray, pitch: float) -> float:
    for m in range(len(pitches)):
        if pitches[m] == np.float32(pitch):
            return float(off[m])
    return 1.0


@numba.njit(cache=True, nogil=True)
def _bridge(track: np.ndarray) -> None:
    """Lines over short gaps."""
    last = -1
    for k in range(len(track)):
        if track[k] == 0:
            continue
        if last >= 0 and 1 < k - last <= GAP:
            for between in range(last + 1, k):
                track[between] = track[last] + (track[k] - track[last]) * (between - last) / (k - last)
        last = k
