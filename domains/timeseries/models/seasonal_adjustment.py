"""Additive season taken off before a local model and put back after it."""

from __future__ import annotations

import numpy as np


def seasonal_slots(values: np.ndarray, period: int) -> np.ndarray | None:
    """Mean season by slot, or None when there is none to speak of.

    Classical decomposition: a centred moving average over one period is the trend, the mean of the
    rest by slot the season. Tested first as Theta does (Assimakopoulos and Nikolopoulos 2000): the
    autocorrelation at one period must pass the 90 % limit of a process correlated up to there.

    Args:
        values: float64 [n].
    Returns:
        float64 [period] with mean 0; slot k belongs to index k modulo period.
    """
    count = len(values)
    if period < 2 or count < 2 * period + 1 or not _is_seasonal(values, period):
        return None
    kernel = np.ones(period) / period
    if period % 2 == 0:
        kernel = np.concatenate(([0.5], np.ones(period - 1), [0.5])) / period
    half = len(kernel) // 2
    rest = values[half : count - half] - np.convolve(values, kernel, mode="valid")
    slot = (np.arange(len(rest)) + half) % period
    sums, counts = np.bincount(slot, rest, period), np.bincount(slot, minlength=period)
    slots = sums / np.maximum(counts, 1)
    return slots - slots.mean()


def season_at(slots: np.ndarray | None, start: int, count: int) -> np.ndarray:
    """The season at indices start .. start + count - 1, float64 [count]; 0 without one."""
    if slots is None:
        return np.zeros(count)
    return slots[np.arange(start, start + count) % len(slots)]


def _is_seasonal(values: np.ndarray, period: int) -> bool:
    detrended = np.diff(values)
    centred = detrended - detrended.mean()
    power = float(centred @ centred)
    if power == 0:
        return False
    spectrum = np.abs(np.fft.rfft(centred, 2 * len(centred))) ** 2
    correlation = np.fft.irfft(spectrum)[1 : period + 1] / power
    limit = 1.645 * np.sqrt((1 + 2 * np.sum(correlation[:-1] ** 2)) / len(values))
    return bool(correlation[-1] > limit)
