"""Energy beside the harmonics of a sound whose pitch is known: aliases, whistles and noise."""

from __future__ import annotations

import numpy as np
from scipy import fft
from scipy.signal import windows

from ....shared.errors import InputError
from ..features.audio import SILENCE_DBFS, rms_dbfs
from .measured import Measured, unmeasured

WINDOW_SECONDS = 0.25
"""A four-term Blackman-Harris window of this length reaches 16 Hz to each side, and -92 dB beyond."""
TOLERANCE = 20.0
"""Hz around each harmonic that count as its own."""
STEADY = 1e-4
"""Greatest relative change of pitch within a window."""


def off_grid_energy(x_S: np.ndarray, rate: int, f0: float | np.ndarray, hop: int = 0) -> Measured:
    """Energy more than 20 Hz away from every harmonic k f0 (k = 1, 2 … up to Nyquist), in dB of all energy.

    Windows of 0.25 s, half overlapped, in which the pitch stands still. A clean harmonic sound has less than
    -80 dB, white noise 10 log10(1 - 40 / f0).

    Args:
        x_S: samples.
        rate: Hz.
        f0: Hz, one number or a track [T] with one value for every `hop` samples.

    Returns:
        NaN for silence, or without a window of steady pitch.

    Raises:
        InputError: samples that are not finite, a pitch below 50 Hz, or a track without its hop.
    """
    x = np.asarray(x_S, np.float64)
    if x.ndim != 1 or not np.isfinite(x).all():
        raise InputError("samples", "are not finite numbers [samples]")
    if rms_dbfs(x) < SILENCE_DBFS:
        return unmeasured("the sound is silence")
    size = round(WINDOW_SECONDS * rate)
    window = windows.blackmanharris(size, sym=False)
    bins = np.arange(size // 2 + 1) * rate / size
    beside = everything = 0.0
    for start in range(0, len(x) - size + 1, size // 2):
        pitch = _steady_pitch(f0, hop, start, size)
        if pitch is None:
            continue
        power = np.abs(np.asarray(fft.rfft(x[start : start + size] * window))) ** 2
        nearest = np.clip(np.rint(bins / pitch), 1, np.floor(rate / 2 / pitch))
        beside += float(power[np.abs(bins - nearest * pitch) > TOLERANCE].sum())
        everything += float(power.sum())
    if everything == 0:
        return unmeasured("no quarter of a second with sound and steady pitch")
    return Measured(10 * float(np.log10(max(beside / everything, 1e-30))))


def _steady_pitch(f0: float | np.ndarray, hop: int, start: int, size: int) -> float | None:
    """Pitch of a window, or None where it moves or a frame is unvoiced."""
    if np.ndim(f0) == 0:
        track = np.array([f0], np.float64)
    elif hop < 1:
        raise InputError("hop", "is not given", expected="samples of each value of the pitch track")
    else:
        track = np.asarray(f0, np.float64)[start // hop : -(-(start + size) // hop)]
        if not len(track) or not (track > 0).all() or np.ptp(track) > STEADY * track.max():
            return None
    pitch = float(track.mean())
    if not pitch >= 2.5 * TOLERANCE:
        raise InputError("f0", f"is {pitch:g} Hz", expected=f"at least {2.5 * TOLERANCE:g} Hz")
    return pitch
