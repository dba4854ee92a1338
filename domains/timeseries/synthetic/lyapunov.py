"""The largest Lyapunov exponent: mean growth rate of a small separation, kept small (Benettin 1980)."""

from __future__ import annotations

import math

import numba
import numpy as np

from .chaos import ChaoticSystem
from .integrator import runge_kutta_step


@numba.njit(cache=True)
def _growth(
    kind: int, p: np.ndarray, y: np.ndarray, step: float, burn_in: int, rounds: int, inner: int
) -> float:
    d = y.size
    work = np.empty((5, d))
    for _ in range(burn_in):
        runge_kutta_step(kind, p, y, step, work)
    distance = 1e-8
    near = y + distance / math.sqrt(d)
    total = 0.0
    for _ in range(rounds):
        for _ in range(inner):
            runge_kutta_step(kind, p, y, step, work)
            runge_kutta_step(kind, p, near, step, work)
        gap = math.sqrt(((near - y) ** 2).sum())
        total += math.log(gap / distance)
        near[:] = y + (near - y) * (distance / gap)
    return total / (rounds * inner * step)


def largest_lyapunov(system: ChaoticSystem, duration: float, steps_per_period: int = 150) -> float:
    """Per time unit, from one path of `duration` time units after 50 periods of burn-in."""
    step = system.period / steps_per_period
    inner = 20
    rounds = max(int(duration / (inner * step)), 1)
    start = np.array(system.initial, dtype=np.float64)
    parameters = np.array(system.parameters, dtype=np.float64)
    return float(_growth(system.kind, parameters, start, step, 50 * steps_per_period, rounds, inner))
