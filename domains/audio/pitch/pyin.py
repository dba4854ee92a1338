"""Probabilistic YIN: many thresholds at once, then the likeliest path of pitch and voicing.

Mauch and Dixon, "pYIN: a fundamental frequency estimator using probabilistic threshold distributions"
(ICASSP 2014).
"""

from __future__ import annotations

from functools import lru_cache

import numba
import numpy as np
from scipy import stats

from .difference import trough
from .frames import PitchFrames
from .viterbi import LikeliestPath

THRESHOLDS = 100
BETA = (2.0, 18.0)
"""Shape of the prior over thresholds; its mean is 0.1."""
NO_TROUGH = 0.004
"""Share of the prior that goes to the deepest trough when none lies below a threshold: less than one unvoiced
state has, so that it carries a voice over a gap and never makes one out of noise."""
BINS = 5
"""Pitch states per semitone; the pitch itself is that of the trough."""
QUIET = -35.0
"""Decibels below the loud frames under which nothing is voiced: hum and rumble between the words."""
OCTAVES_PER_SECOND = 35.92
"""Fastest change of pitch."""
SWITCH = 0.01
"""Probability of a change of voicing at each frame."""


def pyin(x: np.ndarray, frames: PitchFrames) -> tuple[np.ndarray, np.ndarray]:
    """Pitch track with voicing. Memory does not grow with the sound but for the tracks themselves.

    Args:
        x: float32 [S] samples.
        frames: rate, hop and range.

    Returns:
        f0 float32 [T] in Hz, 0 where unvoiced, and the probability of voicing, float32 [T].

    Raises:
        InputError: see `checked_samples`.
    """
    x = frames.checked(x)
    octaves = np.log2(frames.ceil / frames.floor)
    states = int(np.floor(octaves * 12 * BINS)) + 1
    reach = max(round(OCTAVES_PER_SECOND * 12 * BINS * frames.hop / frames.sample_rate), 1)
    levels, path = frames.levels(x), LikeliestPath(states, reach, SWITCH)
    f0, voicing = np.empty(len(levels), np.float32), np.empty(len(levels), np.float32)
    waiting, done = np.empty((0, states), np.float32), 0
    for piece, curves in frames.curves(x):
        seen, exact = _observations(
            curves, frames.min_lag, frames.sample_rate, frames.floor, states, _prior()
        )
        seen[levels[piece] < QUIET] = 0
        voicing[piece] = np.clip(seen.sum(axis=1), 0, 1)
        waiting = np.concatenate([waiting, exact])
        found = path.push(seen)
        if piece.stop == len(levels):
            found = np.concatenate([found, path.flush()])
        f0[done : done + len(found)] = _pitches(found, waiting[: len(found)], frames.floor)
        waiting, done = waiting[len(found) :], done + len(found)
    return f0, voicing


def _pitches(path: np.ndarray, exact: np.ndarray, floor: float) -> np.ndarray:
    """Hz of each state of a path, 0 where unvoiced; the middle of the state where there is no trough."""
    states = exact.shape[1]
    voiced = path < states
    state = np.where(voiced, path, 0)
    found = exact[np.arange(len(path)), state]
    f0 = np.where(found > 0, found, floor * 2.0 ** (state / (12 * BINS)))
    return np.where(voiced, f0, 0).astype(np.float32)


@lru_cache(maxsize=1)
def _prior() -> np.ndarray:
    """Probability that the threshold lies below i / 100, float64 [101]."""
    return np.asarray(stats.beta.cdf(np.linspace(0, 1, THRESHOLDS + 1), *BETA), dtype=np.float64)


@numba.njit(cache=True, nogil=True)
def _observations(
    curves: np.ndarray, min_lag: int, rate: int, floor: float, states: int, prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Probability of each pitch state, float32 [T, states], and its exact pitch in Hz (0 without a trough).

    A threshold takes the first trough below it. Going through the troughs from short lags on, each takes the
    thresholds between its own depth and the least depth before it.
    """
    seen = np.zeros((len(curves), states), np.float32)
    exact = np.zeros((len(curves), states), np.float32)
    for t in range(len(curves)):
        curve = curves[t]
        lowest = 1.0
        deepest, at = 2.0, -1.0
        for lag in range(max(min_lag, 1), len(curve) - 1):
            if not (curve[lag] < curve[lag - 1] and curve[lag] <= curve[lag + 1]):
                continue
            place, depth = trough(curve, lag)
            depth = max(depth, 0.0)
            if depth < deepest:
                deepest, at = depth, place
            if depth < lowest:
                mass = _below(prior, lowest) - _below(prior, depth)
                lowest = depth
                _enter(seen, exact, t, place, mass, rate, floor, states)
        if at > 0:
            _enter(seen, exact, t, at, NO_TROUGH * _below(prior, min(deepest, 1.0)), rate, floor, states)
    return seen, exact


@numba.njit(cache=True, nogil=True)
def _below(prior: np.ndarray, depth: float) -> float:
    place = depth * THRESHOLDS
    low = min(int(place), THRESHOLDS - 1)
    return prior[low] + (place - low) * (prior[low + 1] - prior[low])


@numba.njit(cache=True, nogil=True)
def _enter(
    seen: np.ndarray, exact: np.ndarray, t: int, lag: float, mass: float, rate: int, floor: float, states: int
) -> None:
    pitch = rate / lag
    state = int(np.rint(12 * BINS * np.log2(pitch / floor)))
    if not 0 <= state < states:
        return
    if exact[t, state] == 0 or mass > seen[t, state]:
        exact[t, state] = pitch
    seen[t, state] += mass
