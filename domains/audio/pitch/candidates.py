"""Pitch candidates made exact by the phases of their harmonics, with how well these agree.

Morise, "Harvest" (Interspeech 2017), section 3.2; instantaneous frequency by Flanagan and Golden (1966).
"""

from __future__ import annotations

import numba
import numpy as np

HARMONICS = 6
PERIODS = 1.5
"""Half the Blackman window, in periods."""
WORST = 0.4
"""Mean relative deviation of the harmonics from a candidate above which it is dropped."""
OVERLAP = 3
"""Steps to either side over which a candidate is offered."""
ALIKE = 0.02
"""Relative distance below which two candidates are one: their harmonics would say the same."""
MOST = 24
"""Candidates of a step; further neighbours' are left out first."""
JUMP = 0.05
"""Relative distance to the nearest candidate of either neighbour above which one is dropped."""


@numba.njit(cache=True, nogil=True)
def refine(
    x: np.ndarray, rate: float, step: float, raw: np.ndarray, floor: float, ceil: float
) -> tuple[np.ndarray, np.ndarray]:
    """Exact pitch in Hz, float32 [K, M], 0 where dropped, and the harmonics' mean deviation from it."""
    exact, deviation = np.zeros_like(raw), np.ones_like(raw)
    for k in range(raw.shape[0]):
        for m in range(raw.shape[1]):
            if raw[k, m] > 0:
                pitch, off = _from_harmonics(x, rate, k * step * rate, raw[k, m])
                if off <= WORST and floor <= pitch <= ceil:
                    exact[k, m], deviation[k, m] = pitch, off
    return exact, deviation


@numba.njit(cache=True, nogil=True, fastmath=True)
def _from_harmonics(x: np.ndarray, rate: float, at: float, pitch: float) -> tuple[float, float]:
    """Amplitude-weighted mean of the harmonics' instantaneous frequencies, and their mean deviation."""
    half = PERIODS * rate / pitch
    first, last = max(int(np.ceil(at - half)), 0), min(int(at + half), len(x) - 1)
    size = max(last - first + 1, 0)
    window, slope = np.empty(size, np.float32), np.empty(size, np.float32)
    cos, sin = np.empty(size, np.float32), np.empty(size, np.float32)
    turn, taper = 2 * np.pi * pitch / rate, np.pi / half
    a, b, c, d = 1.0, 0.0, np.cos(taper * (first - at)), np.sin(taper * (first - at))
    turn_cos, turn_sin, taper_cos, taper_sin = np.cos(turn), np.sin(turn), np.cos(taper), np.sin(taper)
    for j in range(size):
        window[j] = (0.42 + 0.5 * c + 0.08 * (2 * c * c - 1)) * x[first + j]
        slope[j] = taper * d * (0.5 + 0.32 * c) * x[first + j]
        cos[j], sin[j] = a, b
        a, b = a * turn_cos - b * turn_sin, a * turn_sin + b * turn_cos
        c, d = c * taper_cos - d * taper_sin, c * taper_sin + d * taper_cos
    count = min(int(rate / 2 / pitch), HARMONICS)
    top = bottom = off = 0.0
    harmonic_cos, harmonic_sin = cos.copy(), sin.copy()
    for i in range(1, count + 1):
        re, im, slope_re, slope_im = _transform(window, slope, cos, sin, harmonic_cos, harmonic_sin)
        power = re * re + im * im + 1e-30
        heard = pitch * i + (re * slope_im - im * slope_re) / power * rate / (2 * np.pi)
        amplitude = np.sqrt(power)
        top += amplitude * heard
        bottom += amplitude * i
        off += abs(heard / i / pitch - 1)
    return top / bottom, off / count


@numba.njit(cache=True, nogil=True, fastmath=True)
def _transform(
    window: np.ndarray,
    slope: np.ndarray,
    cos: np.ndarray,
    sin: np.ndarray,
    harmonic_cos: np.ndarray,
    harmonic_sin: np.ndarray,
) -> tuple[float, float, float, float]:
    """Both windowed sounds at one harmonic, whose turning is then moved on to the next one."""
    re = im = slope_re = slope_im = np.float32(0)
    for j in range(len(window)):
        a, b = harmonic_cos[j], harmonic_sin[j]
        re += window[j] * a
        im -= window[j] * b
        slope_re += slope[j] * a
        slope_im -= slope[j] * b
        harmonic_cos[j] = a * cos[j] - b * sin[j]
        harmonic_sin[j] = a * sin[j] + b * cos[j]
    return float(re), float(im), float(slope_re), float(slope_im)


@numba.njit(cache=True, nogil=True)
def offered(raw: np.ndarray) -> np.ndarray:
    """Candidates of each step and of its neighbours, nearer ones first, [K, W], filled up with 0."""
    steps, most = raw.shape
    width = min((2 * OVERLAP + 1) * most, MOST)
    out = np.zeros((steps, width), np.float32)
    for k in range(steps):
        count = 0
        for turn in range(2 * OVERLAP + 1):
            near = k + ((turn + 1) // 2) * (1 if turn % 2 else -1)
            if not 0 <= near < steps:
                continue
            for m in range(most):
                pitch = raw[near, m]
                if count == width or pitch == 0:
                    break
                if abs(nearest(out[k, :count], pitch) - pitch) > ALIKE * pitch:
                    out[k, count] = pitch
                    count += 1
    return out


@numba.njit(cache=True, nogil=True)
def accompanied(pitches: np.ndarray) -> np.ndarray:
    """The same without candidates that have none near in either neighbouring step."""
    steps, width = pitches.shape
    kept = np.zeros_like(pitches)
    for k in range(steps):
        for m in range(width):
            pitch = pitches[k, m]
            if pitch == 0:
                continue
            distance = 1.0
            for near in (max(k - 1, 0), min(k + 1, steps - 1)):
                if near != k:
                    distance = min(distance, abs(nearest(pitches[near], pitch) / pitch - 1))
            if distance <= JUMP:
                kept[k, m] = pitch
    return kept


@numba.njit(cache=True, nogil=True)
def nearest(pitches: np.ndarray, wanted: float) -> float:
    """The pitch nearest to the wanted one, 0 without any."""
    best = 0.0
    for pitch in pitches:
        if pitch > 0 and abs(pitch - wanted) < abs(best - wanted):
            best = pitch
    return best
