"""A synthetic voice with known pitch and sounds: harmonics and noise through resonators (Klatt 1980).

It is no recording of anybody and says no words. Its pitch is what was asked for, to the sample, and its
source stops below Nyquist: with a held vowel, no breath and a steady pitch there is nothing but harmonics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
import torch

from ....shared.errors import InputError
from ..wavehax.harmonic_prior import POWER, prior

VOWELS = {
    "i": (270, 2290, 3010),
    "ɪ": (390, 1990, 2550),
    "ɛ": (530, 1840, 2480),
    "æ": (660, 1720, 2410),
    "ɑ": (730, 1090, 2440),
    "ɔ": (570, 840, 2410),
    "ʊ": (440, 1020, 2240),
    "u": (300, 870, 2240),
    "ʌ": (640, 1190, 2390),
    "ɝ": (490, 1350, 1690),
}
"""First three formants in Hz of male voices (Peterson and Barney 1952, table II)."""
FRICATIVES = {"s": (5_500, 6_800), "ʃ": (2_600, 4_200), "f": (4_000, 7_000), "h": (1_200, 2_500)}
"""Centres of two noise bands in Hz."""
HIGHER = (3_500, 4_500)
"""Fourth and fifth formant."""
BANDWIDTHS = (60, 90, 150, 250, 300)
PAUSE = ""
LEVEL = 0.08
"""Root mean square of the voiced sounds."""


@dataclass(frozen=True)
class SyntheticUtterance:
    """Samples float32 [T * hop] with the pitch [T] in Hz (0 where unvoiced) and the sound of every frame."""

    samples: np.ndarray
    f0: np.ndarray
    sounds: tuple[str, ...]
    sample_rate: int
    hop: int


def synthetic_voice(
    f0_T: np.ndarray,
    *,
    sample_rate: int = 16_000,
    hop: int = 160,
    tract: float = 1.0,
    consonants: bool = True,
    vowel: str | None = None,
    breath: float = 0.02,
    seed: int = 0,
) -> SyntheticUtterance:
    """Vowels that glide into each other with the given pitch, and unvoiced fricatives and pauses between.

    Args:
        f0_T: Hz for every frame, positive; it is replaced by 0 in fricatives and pauses.
        tract: multiplies all formants (1.15 a shorter vocal tract, 0.9 a longer one).
        consonants: without, everything is voiced.
        vowel: hold this one all the time.
        breath: noise in the voiced sounds' source, of its own level.
        seed: of the sequence of sounds and the noise.

    Raises:
        InputError: no frames, a pitch that is not between 20 Hz and Nyquist, or a vowel that is not known.
    """
    f0 = np.array(f0_T, np.float32)
    if f0.ndim != 1 or not len(f0):
        raise InputError("f0", f"has shape {f0.shape}", expected="[frames], one at least")
    if not ((f0 >= 20) & (f0 < sample_rate / 2)).all():
        raise InputError("f0", "leaves the range of a voice", expected=f"20 to {sample_rate / 2:g} Hz")
    if vowel is not None and vowel not in VOWELS:
        raise InputError("vowel", f"is {vowel!r}", expected=", ".join(VOWELS))
    draws = np.random.default_rng(seed)
    sounds = _sequence(len(f0), draws, consonants) if vowel is None else [vowel] * len(f0)
    voiced = np.array([sound in VOWELS for sound in sounds])
    f0[~voiced] = 0
    level = _smooth(voiced.astype(float), 5)
    noise = draws.standard_normal(len(f0) * hop)
    source = prior(torch.from_numpy(f0)[None], hop, sample_rate)[0].numpy().astype(np.float64)
    source = (source + breath * POWER * noise) * np.repeat(level, hop)
    voice = _resonate(source, *_tracks(sounds, tract, sample_rate), hop, sample_rate)
    rms = math.sqrt(np.mean(voice[np.repeat(voiced, hop)] ** 2)) if voiced.any() else 1.0
    samples = voice * (LEVEL / max(rms, 1e-9)) + _fricatives(sounds, noise, sample_rate, hop)
    samples *= min(1.0, 0.95 / np.abs(samples).max())
    return SyntheticUtterance(samples.astype(np.float32), f0, tuple(sounds), sample_rate, hop)


def speech_contour(
    frames: int, low: float, high: float, generator: np.random.Generator, per_second: int = 100
) -> np.ndarray:
    """Pitch of a read sentence: a slow fall with accents, within low … high Hz, float32 [T]."""
    knots = max(3, round(frames / per_second * 4))
    heights = generator.uniform(0, 1, knots) * 0.6 + np.linspace(0.4, 0.0, knots)
    curve = np.interp(np.linspace(0, knots - 1, frames), np.arange(knots), heights)
    curve = _smooth(curve, per_second // 10)
    return (low * (high / low) ** np.clip(curve, 0, 1)).astype(np.float32)


def _sequence(frames: int, draws: np.random.Generator, consonants: bool) -> list[str]:
    """A sound for every frame: syllables of a fricative or none and one or two vowels, and pauses."""
    sounds: list[str] = []
    vowels, fricatives = list(VOWELS), list(FRICATIVES)
    while len(sounds) < frames:
        if consonants and sounds and draws.random() < 0.12:
            sounds += [PAUSE] * int(draws.integers(8, 25))
        if consonants and sounds and draws.random() < 0.45:
            sounds += [fricatives[draws.integers(len(fricatives))]] * int(draws.integers(6, 14))
        for _ in range(int(draws.integers(1, 3))):
            sounds += [vowels[draws.integers(len(vowels))]] * int(draws.integers(8, 20))
    return sounds[:frames]


def _tracks(sounds: list[str], tract: float, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Formant frequencies [T, N] that glide from vowel to vowel, and their bandwidths [N]."""
    targets, last = [], VOWELS["ʌ"]
    for sound in sounds:
        last = VOWELS.get(sound, last)
        targets.append((*last, *HIGHER))
    track = np.array(targets, float) * tract
    count = int((track.max(0) < 0.45 * rate).sum())
    smooth = np.stack([_smooth(track[:, n], 9) for n in range(count)], axis=1)
    return smooth, np.array(BANDWIDTHS[:count], float)


def _smooth(x: np.ndarray, width: int) -> np.ndarray:
    window = np.hanning(2 * max(width // 2, 1) + 3)
    half = len(window) // 2
    return np.convolve(np.pad(x, half, mode="edge"), window / window.sum(), mode="valid")


def _fricatives(sounds: list[str], noise: np.ndarray, rate: int, hop: int) -> np.ndarray:
    out = np.zeros_like(noise)
    for name, centres in FRICATIVES.items():
        level = _smooth(np.array([sound == name for sound in sounds], float), 3)
        if not level.any():
            continue
        inside = np.array([c for c in centres if c < 0.45 * rate] or [0.4 * rate], float)
        band = np.zeros_like(noise)
        for centre in inside:
            track = np.full((len(sounds), 1), centre)
            band += _resonate(noise, track, np.array([0.25 * centre]), hop, rate)
        band -= band.mean()
        out += band / np.sqrt(np.mean(band**2)) * np.repeat(level, hop) * 0.3 * LEVEL
    return out


@numba.njit(cache=True, nogil=True)
def _resonate(x: np.ndarray, track: np.ndarray, widths: np.ndarray, hop: int, rate: int) -> np.ndarray:
    """Resonators one after the other, their frequencies moving linearly between the middles of frames."""
    frames, count = track.shape
    y = x.copy()
    for n in range(count):
        radius = np.exp(-np.pi * widths[n] / rate)
        c = -radius * radius
        one = two = 0.0
        for s in range(len(y)):
            place = min(max((s + 0.5) / hop - 0.5, 0.0), frames - 1.0)
            t = min(int(place), max(frames - 2, 0))
            share = place - t
            frequency = track[t, n] * (1 - share) + track[min(t + 1, frames - 1), n] * share
            b = 2 * radius * np.cos(2 * np.pi * frequency / rate)
            now = (1 - b - c) * y[s] + b * one + c * two
            two, one = one, now
            y[s] = now
    return y
