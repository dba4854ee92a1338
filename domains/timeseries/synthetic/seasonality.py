"""Seasons: one-cycle profiles of several kinds, repeated, modulated, evolving, with a week over the day."""

from __future__ import annotations

import numba
import numpy as np

PERIODS = (4, 5, 6, 7, 8, 10, 12, 14, 20, 24, 28, 30, 36, 48, 52, 60, 72, 96, 144, 168)
PERIOD_WEIGHTS = (4, 2, 1, 10, 2, 1, 12, 1, 1, 32, 1, 2, 1, 8, 5, 2, 1, 6, 4, 2)


def draw_periods(rng: np.random.Generator, n: int, lowest: int = 2) -> np.ndarray:
    """Main seasons as people's data have them (quarters, weeks, months, hours ...), int64 [n]."""
    weights = np.where(np.array(PERIODS) >= lowest, PERIOD_WEIGHTS, 0).astype(float)
    return rng.choice(np.array(PERIODS), size=n, p=weights / weights.sum())


@numba.njit(cache=True)
def _harmonic(period: np.ndarray, cosines: np.ndarray, sines: np.ndarray, out: np.ndarray) -> None:
    for i in range(period.size):
        p = period[i]
        for k in range(min(cosines.shape[1], p // 2)):
            for t in range(p):
                angle = 2.0 * np.pi * ((k + 1) * t % p) / p
                out[i, t] += cosines[i, k] * np.cos(angle) + sines[i, k] * np.sin(angle)


def harmonic_profiles(rng: np.random.Generator, period: np.ndarray, width: int) -> np.ndarray:
    """Sums of up to 8 harmonics with decaying random amplitudes, [n, width], filled up to each period."""
    n = period.size
    decay = rng.uniform(0.3, 2.5, (n, 1))
    reach = rng.integers(1, 9, (n, 1))
    order = np.arange(1, 9)
    amplitude = order**-decay * (order <= reach)
    out = np.zeros((n, width), dtype=np.float32)
    _harmonic(
        period,
        amplitude * rng.standard_normal((n, 8)),
        amplitude * rng.standard_normal((n, 8)),
        out,
    )
    return out


def bump_profiles(rng: np.random.Generator, period: np.ndarray, width: int, bumps: int = 3) -> np.ndarray:
    """Day-like shapes: a base with up to three peaks or dips (morning, evening, night), [n, width]."""
    n = period.size
    phase = np.arange(width) / period[:, None]
    out = np.zeros((n, width), dtype=np.float32)
    for _ in range(bumps):
        centre, spread = rng.random((n, 1)), 10.0 ** rng.uniform(-1.7, -0.6, (n, 1))
        height = rng.standard_normal((n, 1)) * (rng.random((n, 1)) < 0.75)
        distance = np.abs(phase - centre) % 1.0
        distance = np.minimum(distance, 1.0 - distance)
        out += (height * np.exp(-0.5 * (distance / spread) ** 2)).astype(np.float32)
    return out


def block_profiles(rng: np.random.Generator, period: np.ndarray, width: int) -> np.ndarray:
    """On for a part of the cycle (opening hours, machine shifts, daylight half-sine), [n, width]."""
    n = period.size
    phase = np.arange(width) / period[:, None]
    start, share = rng.random((n, 1)), rng.uniform(0.1, 0.7, (n, 1))
    inside = ((phase - start) % 1.0) / share
    on = inside < 1.0
    daylight = np.sin(np.pi * np.clip(inside, 0.0, 1.0))
    return np.where(rng.random((n, 1)) < 0.5, on, daylight * on).astype(np.float32)


def rough_profiles(rng: np.random.Generator, period: np.ndarray, width: int) -> np.ndarray:
    """Every slot its own level (calendar months, weekdays), some with a few spikes, [n, width]."""
    n = period.size
    out = rng.standard_normal((n, width), dtype=np.float32)
    spiky = rng.random((n, 1)) < 0.4
    return np.where(spiky, out * (rng.random((n, width)) < 0.15) * 2.0, out).astype(np.float32)


def season_profiles(rng: np.random.Generator, period: np.ndarray, width: int | None = None) -> np.ndarray:
    """One cycle per series, mean 0 and spread 1 over its own period, float32 [n, width].

    Args:
        period: int64 [n], cycle lengths; entries beyond a row's period are 0.
        width: at least max(period); max(period) when absent.
    """
    width = int(period.max()) if width is None else width
    n = period.size
    out = np.zeros((n, width), dtype=np.float32)
    # Slot-wise shapes are natural for short cycles, smooth ones for long cycles.
    kind = np.where(
        period <= 14,
        rng.choice(4, n, p=[0.4, 0.1, 0.1, 0.4]),
        rng.choice(4, n, p=[0.47, 0.35, 0.13, 0.05]),
    )
    for code, draw in enumerate((harmonic_profiles, bump_profiles, block_profiles, rough_profiles)):
        chosen = np.flatnonzero(kind == code)
        if chosen.size:
            out[chosen] = draw(rng, period[chosen], width)
    return _standardise(out, period)


def _standardise(profile: np.ndarray, period: np.ndarray) -> np.ndarray:
    valid = np.arange(profile.shape[1]) < period[:, None]
    count = period[:, None].astype(np.float32)
    centred = np.where(valid, profile - (profile * valid).sum(axis=1, keepdims=True) / count, 0.0)
    spread = np.sqrt((centred**2).sum(axis=1, keepdims=True) / count)
    return (centred / np.maximum(spread, 1e-3)).astype(np.float32)


@numba.njit(cache=True)
def repeat_profiles(profile: np.ndarray, period: np.ndarray, phase: np.ndarray, length: int) -> np.ndarray:
    """Lay each row's cycle end to end from its phase on, float32 [n, length]."""
    n = period.size
    out = np.empty((n, length), dtype=np.float32)
    for i in range(n):
        slot = phase[i] % period[i]
        for t in range(length):
            out[i, t] = profile[i, slot]
            slot += 1
            if slot == period[i]:
                slot = 0
    return out


@numba.njit(cache=True)
def _weekly(
    season: np.ndarray,
    other: np.ndarray,
    period: np.ndarray,
    phase: np.ndarray,
    factor: np.ndarray,
    offset: np.ndarray,
    blend: np.ndarray,
) -> None:
    for i in range(period.size):
        cycle = phase[i] // period[i]
        slot = phase[i] % period[i]
        for t in range(season.shape[1]):
            day = cycle % factor[0].size
            w = blend[i, day]
            season[i, t] = factor[i, day] * ((1.0 - w) * season[i, t] + w * other[i, t]) + offset[i, day]
            slot += 1
            if slot == period[i]:
                slot = 0
                cycle += 1


def daily_and_weekly(rng: np.random.Generator, period: np.ndarray, length: int) -> np.ndarray:
    """A day within a week: weekend days get another shape, height and level, float32 [n, length]."""
    n = period.size
    phase = rng.integers(0, period * 7)
    season = repeat_profiles(season_profiles(rng, period), period, phase, length)
    other = repeat_profiles(season_profiles(rng, period), period, phase, length)
    weekend = np.zeros((n, 7), dtype=np.float32)
    weekend[:, 5:] = 1.0
    strength = rng.random((n, 1)).astype(np.float32)
    factor = 1.0 - weekend * strength * rng.uniform(-0.3, 0.9, (n, 1)).astype(np.float32)
    offset = weekend * strength * rng.standard_normal((n, 1), dtype=np.float32)
    daywise = (rng.random((n, 1)) < 0.3) * 0.3
    offset += (daywise * rng.standard_normal((n, 7))).astype(np.float32)
    blend = weekend * (0.7 * rng.random((n, 1)) * (rng.random((n, 1)) < 0.6)).astype(np.float32)
    _weekly(season, other, period, phase, factor, offset, blend)
    return season


def evolving(rng: np.random.Generator, period: np.ndarray, length: int) -> np.ndarray:
    """A season whose shape drifts from one profile into another and back, float32 [n, length]."""
    phase = rng.integers(0, period)
    first = repeat_profiles(season_profiles(rng, period), period, phase, length)
    second = repeat_profiles(season_profiles(rng, period), period, phase, length)
    mix = slow_path(rng, period.size, length)
    weight = 0.5 * (1.0 + np.tanh(1.5 * mix))
    return first * (1.0 - weight) + second * weight


def slow_path(rng: np.random.Generator, n: int, length: int, waves: int = 3) -> np.ndarray:
    """Smooth random paths of about unit spread: a few slow sines, float32 [n, length]."""
    t = np.linspace(0.0, 2.0 * np.pi, length, dtype=np.float32)
    out = np.zeros((n, length), dtype=np.float32)
    for _ in range(waves):
        rate = rng.uniform(0.1, 3.0, (n, 1)).astype(np.float32)
        start = rng.uniform(0.0, 2 * np.pi, (n, 1)).astype(np.float32)
        out += np.sin(rate * t + start) * rng.standard_normal((n, 1), dtype=np.float32) * np.float32(0.8)
    return out
