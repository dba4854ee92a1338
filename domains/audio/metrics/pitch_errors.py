"""How well a pitch track is met. Tracks are in Hz, 0 where unvoiced, frame by frame at the same places."""

from __future__ import annotations

import numpy as np

from ....shared.errors import InputError
from .measured import Measured, unmeasured

NEVER_BOTH = "no frame is voiced in both"


def log_f0_rmse(reference_T: np.ndarray, copy_T: np.ndarray) -> Measured:
    """Root of the mean of (ln f - ln f')^2 over the frames voiced in both; 0.0578 is a semitone.

    Returns:
        NaN where no frame is voiced in both.
    """
    one, other = _both_voiced(reference_T, copy_T)
    if not len(one):
        return unmeasured(NEVER_BOTH)
    return Measured(float(np.sqrt(np.mean(np.log(other / one) ** 2))))


def voicing_error(reference_T: np.ndarray, copy_T: np.ndarray) -> Measured:
    """Per cent of frames voiced in one track only.

    Returns:
        NaN without frames.
    """
    one, other = _tracks(reference_T, copy_T)
    if not len(one):
        return unmeasured("there are no frames")
    return Measured(100 * float(np.mean((one > 0) != (other > 0))))


def gross_pitch_error(reference_T: np.ndarray, copy_T: np.ndarray, beyond: float = 0.2) -> Measured:
    """Per cent of the frames voiced in both whose pitches differ by more than `beyond` of the reference.

    Returns:
        NaN where no frame is voiced in both.
    """
    one, other = _both_voiced(reference_T, copy_T)
    if not len(one):
        return unmeasured(NEVER_BOTH)
    return Measured(100 * float(np.mean(np.abs(other / one - 1) > beyond)))


def _both_voiced(reference_T: np.ndarray, copy_T: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    one, other = _tracks(reference_T, copy_T)
    both = (one > 0) & (other > 0)
    return one[both], other[both]


def _tracks(reference_T: np.ndarray, copy_T: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both in float64; one frame too many is cut off.

    Raises:
        InputError: not finite or negative, or lengths that differ by more than one.
    """
    one, other = np.asarray(reference_T, np.float64), np.asarray(copy_T, np.float64)
    for field, track in (("reference", one), ("copy", other)):
        if track.ndim != 1 or not np.isfinite(track).all() or (track < 0).any():
            raise InputError(field, "is no pitch track", expected="[frames] in Hz, 0 where unvoiced")
    if abs(len(one) - len(other)) > 1:
        raise InputError("copy", f"has {len(other):,} frames, the reference {len(one):,}")
    frames = min(len(one), len(other))
    return one[:frames], other[:frames]
