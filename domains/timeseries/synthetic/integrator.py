"""Compiled integrators for small systems: Gragg-Bulirsch-Stoer extrapolation and classic Runge-Kutta."""

from __future__ import annotations

import numba
import numpy as np

from .chaotic_flow import flow

_COLUMNS = 9
_MOST_TRIES = 20_000
"""Steps tried between two samples before a path is given up: one that flies off needs ever shorter ones."""


@numba.njit(cache=True)
def _midpoint(
    kind: int, p: np.ndarray, y: np.ndarray, slope: np.ndarray, big: float, n: int, work: np.ndarray
) -> None:
    """Gragg's modified midpoint rule over `big` in n (even) steps from y with slope f(y), into work[0]."""
    h = big / n
    old, new, rate = work[0], work[1], work[2]
    for i in range(y.size):
        old[i] = y[i]
        new[i] = y[i] + h * slope[i]
    for _ in range(1, n):
        flow(kind, new, p, rate)
        for i in range(y.size):
            ahead = old[i] + 2.0 * h * rate[i]
            old[i] = new[i]
            new[i] = ahead
    flow(kind, new, p, rate)
    for i in range(y.size):
        work[0, i] = 0.5 * (old[i] + new[i] + h * rate[i])


@numba.njit(cache=True)
def _extrapolated_step(
    kind: int,
    p: np.ndarray,
    y: np.ndarray,
    big: float,
    tolerance: float,
    table: np.ndarray,
    work: np.ndarray,
) -> int:
    """Try one step; the new state replaces y. Returns the columns used, or 0 when it did not converge.

    Aitken-Neville extrapolation to step 0 in powers of h^2 with 2, 4, 6, ... sub-steps (Hairer,
    Norsett & Wanner, Solving ODEs I, II.9).
    """
    d = y.size
    slope = work[3]
    flow(kind, y, p, slope)
    for k in range(_COLUMNS):
        _midpoint(kind, p, y, slope, big, 2 * (k + 1), work)
        error = 0.0
        for i in range(d):
            carried = table[0, i]
            table[0, i] = work[0, i]
            for j in range(1, k + 1):
                ratio = (k + 1.0) / (k + 1.0 - j)
                refined = table[j - 1, i] + (table[j - 1, i] - carried) / (ratio * ratio - 1.0)
                carried = table[j, i]
                table[j, i] = refined
            if k > 0:
                change = abs(table[k, i] - table[k - 1, i]) / (1.0 + abs(y[i]))
                # A NaN counts as an error, and stays one.
                if not (change <= error or error != error):
                    error = change
        if k > 1 and error <= tolerance:
            for i in range(d):
                y[i] = table[k, i]
            return k + 1
    return 0


@numba.njit(cache=True)
def extrapolate(
    kind: int, p: np.ndarray, initial: np.ndarray, times: np.ndarray, tolerance: float
) -> np.ndarray:
    """States at `times` [T], float64 [T, d]; order and step adapt to keep each step's error below tolerance.

    Rows are NaN from where no step above 1e-12 of an interval converges, or an interval takes too many.
    """
    d = initial.size
    out = np.full((times.size, d), np.nan)
    y = initial.copy()
    out[0] = y
    table = np.empty((_COLUMNS, d))
    work = np.empty((4, d))
    step = times[1] - times[0] if times.size > 1 else 0.0
    for k in range(1, times.size):
        now = times[k - 1]
        tries = 0
        while now < times[k]:
            tries += 1
            if tries > _MOST_TRIES:
                return out
            left = times[k] - now
            big = min(step, left)
            if big > 0.7 * left:
                big = left
            used = _extrapolated_step(kind, p, y, big, tolerance, table, work)
            if used == 0:
                step = 0.5 * big
                if step < 1e-12 * (times[k] - times[k - 1]):
                    return out
                continue
            now = times[k] if big == left else now + big
            if used <= 6:
                step = max(step, 1.6 * big)
            elif used > 7:
                step = 0.8 * big
        out[k] = y
    return out


@numba.njit(cache=True)
def runge_kutta_step(kind: int, p: np.ndarray, y: np.ndarray, h: float, work: np.ndarray) -> None:
    """Classic fourth-order step of size h, in place."""
    k1, k2, k3, k4, mid = work[0], work[1], work[2], work[3], work[4]
    d = y.size
    flow(kind, y, p, k1)
    for i in range(d):
        mid[i] = y[i] + 0.5 * h * k1[i]
    flow(kind, mid, p, k2)
    for i in range(d):
        mid[i] = y[i] + 0.5 * h * k2[i]
    flow(kind, mid, p, k3)
    for i in range(d):
        mid[i] = y[i] + h * k3[i]
    flow(kind, mid, p, k4)
    for i in range(d):
        y[i] += h / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i])


@numba.njit(cache=True)
def runge_kutta_ensemble(
    kind: int,
    p: np.ndarray,
    start: np.ndarray,
    step: np.ndarray,
    inner: np.ndarray,
    burn_in: np.ndarray,
    length: int,
) -> np.ndarray:
    """n independent paths after their burn-in samples, float64 [n, length, d].

    Args:
        start: [n, d] states; left as they are.
        step: [n] Runge-Kutta step sizes; inner: [n] steps per sample.
    """
    n, d = start.shape
    out = np.empty((n, length, d))
    work = np.empty((5, d))
    y = np.empty(d)
    for i in range(n):
        y[:] = start[i]
        for t in range(-burn_in[i], length):
            for _ in range(inner[i]):
                runge_kutta_step(kind, p, y, step[i], work)
            if t >= 0:
                out[i, t] = y
    return out
