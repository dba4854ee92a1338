"""Faults of a recording, or of what is asked of it, told of these rather than of the features in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ...shared.errors import InputError
from .features.frame_checks import LOWEST_PITCH


@contextmanager
def told_of_samples(samples_S: np.ndarray) -> Iterator[None]:
    """Mel spectra that are not finite, or give none that are, were measured in samples beyond full scale.

    Raises:
        InputError: names the samples where the one raised inside named the mel spectrum.
    """
    try:
        yield
    except InputError as error:
        peak = float(np.abs(samples_S).max(initial=0.0))
        if error.field != "mel" or peak <= 1:
            raise
        raise InputError(
            "samples",
            f"the peak is {peak:.3g}, too loud to make speech of",
            expected="floats whose full scale is 1",
            remedy='Divide them by their full scale, or pass level="limit"',
        ) from error


def pieces_told_of_samples(pieces: Iterator[np.ndarray], samples_S: np.ndarray) -> Iterator[np.ndarray]:
    """The same pieces, made while `told_of_samples` listens."""
    with told_of_samples(samples_S):
        yield from pieces


def changed_pitch(track_T: np.ndarray, factor: float) -> np.ndarray:
    """float32 [T] in Hz: a checked pitch track times `factor`.

    Raises:
        InputError: voiced frames come to lie below 20 Hz, or beyond all numbers.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        changed = track_T * np.float32(factor)
    voiced = track_T > 0
    low = voiced & (changed < LOWEST_PITCH)
    if low.any():
        first, least = int(low.argmax()), LOWEST_PITCH / float(track_T[voiced].min())
        raise InputError(
            "pitch",
            f"is {factor:g}, which brings {int(low.sum()):,} of {int(voiced.sum()):,} voiced frames "
            f"below {LOWEST_PITCH:g} Hz (frame {first:,} from {track_T[first]:.0f} Hz first)",
            expected=f"at least {np.ceil(least * 1_000) / 1_000:g} for this pitch",
            remedy="Raise pitch",
        )
    if not np.isfinite(changed).all():
        raise InputError("pitch", f"is {factor:g}, which gives no frequencies", remedy="Lower pitch")
    return changed
