"""The Mackey-Glass delay equation x' = beta x(t - tau) / (1 + x(t - tau)^n) - gamma x (Science 197:287)."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True)
def mackey_glass(
    beta: float, gamma: float, power: float, past: np.ndarray, step: float, samples: int, inner: int
) -> np.ndarray:
    """x at `samples` times, inner * step apart, by fourth-order Runge-Kutta, float64 [samples].

    The delay is tau = (past.size - 1) * step; delayed values half a step off the grid come from a cubic
    Hermite interpolant, which keeps the order.

    Args:
        past: [m + 1], x on the grid from -tau to 0.
    """
    lag = past.size - 1
    total = samples * inner
    x = np.empty(lag + 1 + total)
    # Slopes on either side of each point: they differ at time 0, where the equation takes over from the past.
    left, right = np.zeros(lag + 1 + total), np.zeros(lag + 1 + total)
    x[: lag + 1] = past
    for k in range(lag + 1):
        low, high = max(k - 1, 0), min(k + 1, lag)
        left[k] = right[k] = (past[high] - past[low]) / ((high - low) * step)
    for k in range(lag, lag + total):
        d0, d1 = x[k - lag], x[k - lag + 1]
        half = 0.5 * (d0 + d1) + 0.125 * step * (right[k - lag] - left[k - lag + 1])
        g0 = beta * d0 / (1.0 + d0**power)
        gh = beta * half / (1.0 + half**power)
        g1 = beta * d1 / (1.0 + d1**power)
        k1 = g0 - gamma * x[k]
        k2 = gh - gamma * (x[k] + 0.5 * step * k1)
        k3 = gh - gamma * (x[k] + 0.5 * step * k2)
        k4 = g1 - gamma * (x[k] + step * k3)
        right[k] = k1
        x[k + 1] = x[k] + step / 6.0 * (k1 + 2.0 * (k2 + k3) + k4)
        left[k + 1] = right[k + 1] = g1 - gamma * x[k + 1]
    return x[lag + inner :: inner].copy()


def mackey_glass_ensemble(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Training trajectories, delays 17 to 30 (chaos at beta .2, gamma .1, n 10), [n, length], unit spread."""
    out = np.empty((n, length), dtype=np.float32)
    for i in range(n):
        delay, every = int(rng.integers(17, 31)), int(rng.integers(2, 12))
        past = np.full(delay * 2 + 1, 0.9) + 0.2 * rng.random()
        path = mackey_glass(0.2, 0.1, 10.0, past, 0.5, length + 200, every)[200:]
        out[i] = (path - path.mean()) / max(path.std(), 1e-6)
    return out
