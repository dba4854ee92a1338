"""How often a sound crosses zero in each of many bands, and where neighbouring bands agree on it.

Morise, "Harvest: A high-performance fundamental frequency estimator from speech signals" (Interspeech 2017),
section 3.1: bands are Nuttall windows of four periods; a band that holds one sinusoid crosses zero, peaks and
dips at the sinusoid's rate.
"""

from __future__ import annotations

import numba
import numpy as np
from scipy import fft

CHANNELS = 40
"""Bands per octave."""
MARGIN = 0.1
"""How far a band's rate may lie from its centre, and how far bands reach beyond the pitch range."""
AGREEING = 10
"""Neighbouring bands that must hold a rate to make it a candidate."""
NUTTALL = (0.355768, 0.487396, 0.144232, 0.012604)
PERIODS = 4
"""Length of a band's window in periods of its centre."""
SAMPLES_PER_PERIOD = 7.0
"""Of a band, for its centre."""


def band_centres(floor: float, ceil: float) -> np.ndarray:
    """Hz, float64 [C]."""
    low, high = floor * (1 - MARGIN), ceil * (1 + MARGIN)
    return low * 2.0 ** (np.arange(1, int(np.log2(high / low) * CHANNELS) + 2) / CHANNELS)


def band_rates(
    spectrum: np.ndarray, seconds: float, steps: int, centres: np.ndarray, step: float
) -> np.ndarray:
    """Rate of each band at each step in Hz, float32 [C, K]; 0 where it is further than the margin away.

    Args:
        spectrum: one-sided spectrum of the padded sound, bins of 1 / `seconds` Hz.
        seconds: length of the padded sound.
        steps: K.
        centres: Hz [C].
        step: seconds.
    """
    offsets = np.linspace(-PERIODS, PERIODS, 1025)
    response = _nuttall_response(offsets).astype(np.float32)
    rates = np.zeros((len(centres), steps), np.float32)
    for c, centre in enumerate(centres):
        last = min(int(2 * centre * seconds) + 1, len(spectrum))
        samples = 2 * fast_length(int(SAMPLES_PER_PERIOD * centre * seconds / 2) + 1)
        band = np.zeros(samples // 2 + 1, np.complex64)
        hertz = np.arange(last) / seconds
        band[:last] = spectrum[:last] * np.interp((hertz / centre - 1) * PERIODS, offsets, response)
        wave = np.asarray(fft.irfft(band, samples))
        _add_rates(wave, 0.0, samples / seconds, step, rates[c])
        _add_rates(np.diff(wave), 0.5, samples / seconds, step, rates[c])
        rates[c][np.abs(rates[c] - centre) > MARGIN * centre] = 0
    return rates


def fast_length(least: int) -> int:
    """The next length that transforms fast."""
    return int(fft.next_fast_len(least, real=True) or least)


def _nuttall_response(offsets: np.ndarray) -> np.ndarray:
    """Fourier transform of the window of length 1 at frequencies `offsets`."""
    return np.sum(
        [a / 2 * (np.sinc(offsets - k) + np.sinc(offsets + k)) for k, a in enumerate(NUTTALL)], axis=0
    )


@numba.njit(cache=True, nogil=True)
def _add_rates(wave: np.ndarray, shift: float, rate: float, step: float, out: np.ndarray) -> None:
    """A quarter each of the rates of rises and of falls through zero, on lines between middles of intervals.

    Rises and falls take turns, so that those of a kind are every other crossing.
    """
    places, count = np.empty(len(wave)), 0
    for n in range(len(wave) - 1):
        if (wave[n] < 0) != (wave[n + 1] < 0):
            places[count] = (n + shift + wave[n] / (wave[n] - wave[n + 1])) / (rate * step)
            count += 1
    for kind in range(2):
        k = 0
        middle = value = -1.0
        for i in range(kind, count - 2, 2):
            next_middle = (places[i] + places[i + 2]) / 2
            next_value = 1 / ((places[i + 2] - places[i]) * step)
            slope = 0.0 if middle < 0 else (next_value - value) / (next_middle - middle)
            while k < len(out) and k < next_middle:
                out[k] += 0.25 * (next_value + slope * (k - next_middle))
                k += 1
            middle, value = next_middle, next_value
        for late in range(k, len(out)):
            out[late] += 0.25 * max(value, 0.0)


@numba.njit(cache=True, nogil=True)
def agreed_rates(rates: np.ndarray, floor: float, ceil: float) -> np.ndarray:
    """Mean rate of each run of agreeing bands, float32 [K, C // AGREEING], filled up with 0."""
    channels, steps = rates.shape
    out = np.zeros((steps, channels // AGREEING), np.float32)
    for k in range(steps):
        run, total, count = 0, 0.0, 0
        for c in range(channels + 1):
            rate = rates[c, k] if c < channels else np.float32(0)
            if floor <= rate <= ceil:
                run, total = run + 1, total + rate
                continue
            if run >= AGREEING:
                out[k, count] = total / run
                count += 1
            run, total = 0, 0.0
    return out
