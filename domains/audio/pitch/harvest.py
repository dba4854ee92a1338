"""Pitch by Harvest: voiced wherever a fundamental can be followed, also where a voice is soft or breathy.

Morise, "Harvest: A high-performance fundamental frequency estimator from speech signals" (Interspeech 2017).
Candidates that are nearly alike are refined once, bands are sampled no finer than they need, and where
stretches overlap, the harmonics' agreement decides.
"""

from __future__ import annotations

import numpy as np
from scipy import fft

from .candidates import WORST, accompanied, offered, refine
from .contours import contours
from .filter_bank import agreed_rates, band_centres, band_rates, fast_length
from .frames import PitchFrames
from .smoothing import smooth

STEP = 1e-3
"""Seconds between the places that are looked at."""
SHORTEST = 8
"""Steps that a steady stretch must last; chosen on speech, for the original's voicing."""
REFINED_RATE = 8_000.0
"""Samples per second that harmonics are looked at with, more for very high ranges."""


def harvest(x: np.ndarray, frames: PitchFrames) -> tuple[np.ndarray, np.ndarray]:
    """Pitch track with voicing.

    Args:
        x: float [S] samples.
        frames: rate, hop and range.

    Returns:
        f0 float32 [T] in Hz, 0 where unvoiced, and how well the harmonics agree on it, 0 to 1, float32 [T].

    Raises:
        InputError: see `checked_samples`.
    """
    x = frames.checked(x)
    steps = int(len(x) / frames.sample_rate / STEP) + 1
    pitches, off = _candidates(x, frames, steps)
    track = contours(pitches, off, STEP, SHORTEST)
    at = np.minimum(np.rint(frames.centres(len(x)) / frames.sample_rate / STEP).astype(int), steps - 1)
    chosen = track[at].astype(np.float32)
    agreement = 1 - np.where(pitches[at] == chosen[:, None], off[at], WORST).min(axis=1) / WORST
    f0 = smooth(track, STEP)[at].astype(np.float32)
    return f0, np.where(f0 > 0, agreement, 0).astype(np.float32)


def _candidates(x: np.ndarray, frames: PitchFrames, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Exact candidates in Hz and their deviations, float32 [steps, M]."""
    rate = frames.sample_rate
    padded = fast_length(len(x) + int(4 * rate / frames.floor))
    spectrum = np.asarray(fft.rfft(x - x.mean(), padded), np.complex64)
    seconds = padded / rate
    centres = band_centres(frames.floor, frames.ceil)
    rates = band_rates(spectrum, seconds, steps, centres, STEP)
    raw = agreed_rates(rates, frames.floor, frames.ceil)
    fine = max(REFINED_RATE, 4 * frames.ceil)
    samples = min(2 * fast_length(int(seconds * fine / 2) + 1), padded - padded % 2)
    slow = np.asarray(fft.irfft(spectrum[: samples // 2 + 1], samples), np.float32)
    pitches, off = refine(slow, samples / seconds, STEP, offered(raw), frames.floor, frames.ceil)
    return accompanied(pitches), off
