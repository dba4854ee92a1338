"""Mel frames and pitch tracks that people bring: what fits, what is trimmed, what is refused."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ....shared.errors import InputError, InputWarning
from .settings import FeatureSettings

LOWEST_PITCH = 20.0
"""Hz; nothing voiced lies below."""


def checked_frames(mel: Any, f0: Any, settings: FeatureSettings) -> tuple[np.ndarray, np.ndarray]:
    """Mel frames and pitch of the same number of frames; one frame too many of either is cut off.

    Returns:
        mel float32 [T, n_mels] and f0 float32 [T].

    Raises:
        InputError: as `checked_mel` and `checked_f0`, or the lengths differ by more than one frame.
    """
    mel, f0 = checked_mel(mel, settings), checked_f0(f0, settings)
    if abs(len(mel) - len(f0)) > 1:
        raise InputError(
            "f0",
            f"has {len(f0):,} frames, the mel spectrum {len(mel):,}",
            expected=f"one value for every {settings.hop} samples",
            remedy="Measure both with the same hop",
        )
    frames = min(len(mel), len(f0))
    return mel[:frames], f0[:frames]


def checked_mel(mel: Any, settings: FeatureSettings) -> np.ndarray:
    """Log-mel frames as float32 [T, n_mels].

    Raises:
        InputError: empty, not two-dimensional, other bands than the model's, NaN or infinite values.
    """
    array = numbers(mel, "mel")
    if array.ndim != 2 or array.shape[1] != settings.n_mels:
        turned = array.ndim == 2 and array.shape[0] == settings.n_mels
        got = f"got {array.shape[1]}" if array.ndim == 2 else f"got shape {array.shape}"
        raise InputError(
            "mel",
            f"the model expects {settings.n_mels} mel bins, {got}",
            expected=f"[frames, {settings.n_mels}]",
            remedy="Transpose it" if turned else "Prepare it with the model's own AudioFeatures",
        )
    if not len(array):
        raise InputError("mel", "is empty: 0 frames", expected="at least one frame")
    return _single(array, "mel")


def checked_f0(f0: Any, settings: FeatureSettings) -> np.ndarray:
    """A pitch track as float32 [T], 0 where unvoiced; above a quarter of the sample rate it is warned of.

    Raises:
        InputError: empty, not one-dimensional, NaN, infinite, negative, or voiced below 20 Hz.
    """
    array = numbers(f0, "f0")
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim != 1 or not len(array):
        raise InputError("f0", f"has shape {array.shape}", expected="[frames], at least one, in Hz")
    array = _single(array, "f0")
    _refuse(array, array < 0, "negative", "0 where unvoiced, else Hz")
    _refuse(
        array,
        (array > 0) & (array < LOWEST_PITCH),
        f"voiced but below {LOWEST_PITCH:g} Hz",
        f"0 where unvoiced, else at least {LOWEST_PITCH:g} Hz",
    )
    highest = float(array.max())
    if highest > settings.sample_rate / 4:
        frame = int(array.argmax())
        text = f"f0: {highest:,.0f} Hz at frame {frame} is above half of Nyquist; hardly a harmonic is left"
        warnings.warn(text, InputWarning, stacklevel=2)
    return array


def numbers(given: Any, field: str) -> np.ndarray:
    """Whatever was given as float64, in the shape it has.

    Raises:
        InputError: it is no array of real numbers.
    """
    if hasattr(given, "detach"):
        given = given.detach().cpu().numpy()
    try:
        array = np.asarray(given)
        if array.dtype.kind not in "iuf":
            raise TypeError(f"type {array.dtype}")
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(field, f"is no array of numbers ({error})", expected="an array of floats") from error


def _single(array: np.ndarray, field: str) -> np.ndarray:
    """float32, finite: numbers beyond its range are infinite there."""
    with np.errstate(over="ignore"):
        single = array.astype(np.float32)
    _require_finite(single, field)
    return single


def _require_finite(array: np.ndarray, field: str) -> None:
    bad = np.atleast_1d(~np.isfinite(array).reshape(len(array), -1).all(axis=1))
    if bad.any():
        raise InputError(
            field,
            f"{int(bad.sum()):,} of {len(bad):,} frames are NaN or infinite",
            where=f"frame {int(bad.argmax()):,} first",
            expected="finite numbers, and 0 where unvoiced" if field == "f0" else "finite numbers",
        )


def _refuse(array: np.ndarray, bad: np.ndarray, what: str, expected: str) -> None:
    if bad.any():
        first = int(bad.argmax())
        raise InputError(
            "f0",
            f"{int(bad.sum()):,} of {len(array):,} frames are {what} ({array[first]:g} Hz first)",
            where=f"frame {first:,}",
            expected=expected,
        )
