"""Things that happen to series: shifts, switching, changing variance, outliers, bursts, gaps, zeros."""

from __future__ import annotations

import numpy as np

from .stochastic import autoregressive


def level_shifts(rng: np.random.Generator, n: int, length: int, most: int = 3) -> np.ndarray:
    """Sudden lasting jumps, up to `most` per series, float32 [n, length]."""
    out = np.zeros((n, length), dtype=np.float32)
    count = rng.integers(1, most + 1, n)
    time = np.arange(length)
    for k in range(most):
        when = rng.integers(0, length, (n, 1))
        size = rng.standard_normal((n, 1)) * (k < count)[:, None] * 1.5
        out += (size * (time >= when)).astype(np.float32)
    return out


def switching(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Two-state Markov chains as 0/1, mean stay 10 to length/2 steps, float32 [n, length]."""
    stay = np.exp(rng.uniform(np.log(10.0), np.log(max(length / 2, 12.0)), (n, 1)))
    flips = rng.random((n, length), dtype=np.float32) < 1.0 / stay
    return ((np.cumsum(flips, axis=1) + rng.integers(0, 2, (n, 1))) % 2).astype(np.float32)


def changing_scale(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Positive multipliers that switch between two spreads, float32 [n, length]."""
    ratio = np.exp(rng.uniform(0.3, 1.6, (n, 1))).astype(np.float32)
    return 1.0 + (ratio - 1.0) * switching(rng, n, length)


def outliers(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Rare single spikes of 3 to 10 spreads, float32 [n, length]."""
    share = 10.0 ** rng.uniform(-3.3, -1.7, (n, 1))
    hit = rng.random((n, length), dtype=np.float32) < share
    out = np.zeros((n, length), dtype=np.float32)
    size = rng.uniform(3.0, 10.0, int(hit.sum()))
    sided = np.broadcast_to(rng.random((n, 1)) < 0.4, hit.shape)[hit]
    sign = np.where(sided | (rng.random(size.size) < 0.5), 1.0, -1.0)
    out[hit] = (size * sign).astype(np.float32)
    return out


def bursts(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Events that start suddenly and die away exponentially (storms, campaigns), float32 [n, length]."""
    share = 10.0 ** rng.uniform(-2.7, -1.3, (n, 1))
    hit = rng.random((n, length), dtype=np.float32) < share
    size = rng.standard_exponential((n, length), dtype=np.float32) * hit * 3.0
    fade = np.exp(-1.0 / np.exp(rng.uniform(0.0, 3.4, (n, 1))))
    return autoregressive(rng, fade, length, burn_in=0, innovations=size)


def intermittent(rng: np.random.Generator, rate: np.ndarray) -> np.ndarray:
    """Demand that is mostly zero: geometric-size orders arriving at `rate` [n, length] per step."""
    n, length = rate.shape
    arrives = rng.random((n, length), dtype=np.float32) < rate
    mean = np.exp(rng.uniform(0.0, 3.0, (n, 1)))
    size = 1.0 + np.floor(rng.standard_exponential((n, length), dtype=np.float32) * mean)
    return (arrives * size).astype(np.float32)


def counts(rng: np.random.Generator, rate: np.ndarray) -> np.ndarray:
    """Poisson or over-dispersed (gamma-mixed) counts with mean `rate` [n, length], float32."""
    n = rate.shape[0]
    spread = np.flatnonzero(rng.random(n) < 0.4)
    mean = np.clip(rate, 0.0, 1e6).astype(np.float64)
    shape = np.exp(rng.uniform(0.0, 3.0, (spread.size, 1)))
    mean[spread] *= rng.standard_gamma(np.broadcast_to(shape, mean[spread].shape)) / shape
    return rng.poisson(mean).astype(np.float32)


def missing(rng: np.random.Generator, n: int, length: int, share: float) -> np.ndarray:
    """Observed mask, bool [n, length]: in `share` of the series, stretches and single points are lost."""
    observed = np.ones((n, length), dtype=bool)
    time = np.arange(length)
    hurt = np.flatnonzero(rng.random(n) < share)
    if not hurt.size:
        return observed
    lost = rng.random((hurt.size, length), dtype=np.float32) < 10.0 ** rng.uniform(-4, -1, (hurt.size, 1))
    for _ in range(3):
        start = rng.integers(0, length, (hurt.size, 1))
        span = np.exp(rng.uniform(0.0, np.log(length / 6), (hurt.size, 1)))
        there = rng.random((hurt.size, 1)) < 0.5
        lost |= (time >= start) & (time < start + span) & there
    observed[hurt] = ~lost
    return observed
