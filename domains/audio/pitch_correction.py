"""Speech whose measured pitch is the one asked for: what comes out is heard, and the request corrected by it.

A pitch track is a mean over the tracker's window. Speech made from one and measured again is averaged twice,
which where pitch moves by 3 % a frame and more costs as much as the tolerance. van Cittert's iteration for
undoing an average (1931) adds to the request what the measurement lacks of it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .features.settings import FeatureSettings

ROUNDS = 3
"""Corrections; each takes another synthesis and another measurement. Chosen on validation speakers."""
FARTHEST = 0.3
"""Natural logarithm of the largest correction. What is heard farther away is another pitch, such as an octave
below, and corrects nothing."""
STRAY = 0.02
"""Share of voiced frames."""


def highest_heard(asked_T: np.ndarray, settings: FeatureSettings) -> float:
    """Hz up to which to listen: the tracker's own limit, or a third above the request where that is higher.

    A few frames beyond the limit do not count: of most voices they are the tracker's errors.
    """
    voiced = asked_T[asked_T > 0]
    if not len(voiced) or (voiced > settings.f0_ceil).mean() <= STRAY:
        return settings.f0_ceil
    return min(float(voiced.max()) * 4 / 3, settings.sample_rate / 4)


def corrected_track(
    asked_T: np.ndarray,
    speak: Callable[[np.ndarray], np.ndarray],
    hear: Callable[[np.ndarray], np.ndarray],
    rounds: int = ROUNDS,
) -> np.ndarray:
    """The track, float32 [T] in Hz, that `speak` has to be given to be heard at `asked_T`.

    Args:
        asked_T: Hz, 0 where unvoiced.
        speak: from such a track to samples.
        hear: from samples to a track of as many frames.
    """
    given_T = asked_T
    for _ in range(rounds if asked_T.any() else 0):
        given_T = corrected(asked_T, given_T, hear(speak(given_T)))
    return given_T


def corrected(asked_T: np.ndarray, given_T: np.ndarray, heard_T: np.ndarray) -> np.ndarray:
    """float32 [T], Hz: `given_T` times what is asked over what was heard, in frames voiced in both."""
    both = (asked_T > 0) & (heard_T > 0)
    change = np.zeros(len(asked_T))
    change[both] = np.log(asked_T[both] / heard_T[both])
    change[np.abs(change) > FARTHEST] = 0
    voiced = asked_T > 0
    change[voiced] += np.log(given_T[voiced] / asked_T[voiced])
    return (asked_T * np.exp(np.clip(change, -FARTHEST, FARTHEST))).astype(np.float32)
