"""Slow movements: piecewise-linear, exponential, saturating and polynomial trends, all [n, length]."""

from __future__ import annotations

import numpy as np


def clock(length: int) -> np.ndarray:
    """Time from 0 to 1, float32 [length]."""
    return np.linspace(0.0, 1.0, length, dtype=np.float32)


def piecewise_linear(rng: np.random.Generator, n: int, length: int, knots: int = 4) -> np.ndarray:
    """Continuous lines whose slope changes at random knots (Prophet's trend), float32 [n, length]."""
    t = clock(length)
    trend = rng.standard_normal((n, 1), dtype=np.float32) * t
    for _ in range(knots):
        place = rng.random((n, 1), dtype=np.float32)
        bend = rng.standard_normal((n, 1), dtype=np.float32) * (rng.random((n, 1)) < 0.5)
        trend += np.maximum(t - place, 0.0) * (2.0 * bend).astype(np.float32)
    return trend


def exponential_growth(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Compound growth or decay by a factor of up to e^2 over the length, float32 [n, length], positive."""
    rate = rng.uniform(-1.0, 2.0, (n, 1)).astype(np.float32)
    return np.exp(rate * clock(length))


def saturating(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Logistic adoption curves, rising or falling, random midpoint and steepness, float32 [n, length]."""
    middle = rng.uniform(-0.2, 1.2, (n, 1)).astype(np.float32)
    steepness = np.exp(rng.uniform(0.7, 3.5, (n, 1))).astype(np.float32)
    direction = np.where(rng.random((n, 1)) < 0.6, 1.0, -1.0).astype(np.float32)
    return direction / (1.0 + np.exp(-steepness * (clock(length) - middle)))


def polynomial(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Random cubics on [-1, 1], float32 [n, length]."""
    t = 2.0 * clock(length) - 1.0
    a, b, c = (rng.standard_normal((n, 1), dtype=np.float32) for _ in range(3))
    return t * (a + t * (0.7 * b + t * 0.5 * c))


def random_trend(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """One of the shapes above per series, or none (a third), scaled to unit spread, float32 [n, length]."""
    trend = np.zeros((n, length), dtype=np.float32)
    kind = rng.choice(6, size=n, p=[0.34, 0.3, 0.1, 0.1, 0.1, 0.06])
    shapes = (None, piecewise_linear, exponential_growth, saturating, polynomial, None)
    for code, shape in enumerate(shapes):
        chosen = np.flatnonzero(kind == code)
        if shape is not None and chosen.size:
            trend[chosen] = shape(rng, chosen.size, length)
    straight = np.flatnonzero(kind == 5)
    trend[straight] = clock(length) * np.where(rng.random((straight.size, 1)) < 0.5, -1.0, 1.0)
    spread = trend.std(axis=1, keepdims=True)
    return trend / np.maximum(spread, 1e-3)
