"""Changes made to training windows, each row by its own uniforms, so no row depends on another."""

from __future__ import annotations

import numba
import numpy as np

DRAWS = 16
"""Uniforms that `augment` uses per row."""


@numba.njit(cache=True)
def mean_magnitude(values: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Mean |value| of the observed part of each row, 1 where that is 0, float32 [B]."""
    out = np.ones(values.shape[0], dtype=np.float32)
    for b in range(values.shape[0]):
        total, count = 0.0, 0
        for t in range(values.shape[1]):
            if observed[b, t]:
                total += abs(values[b, t])
                count += 1
        if count and total > 0.0:
            out[b] = total / count
    return out


@numba.njit(cache=True)
def mix_in(
    values: np.ndarray,
    observed: np.ndarray,
    others: np.ndarray,
    others_observed: np.ndarray,
    weight: np.ndarray,
) -> None:
    """TSMixup (Chronos, arXiv 2403.07815): convex combination of rows scaled to mean |value| 1, in place.

    Args:
        weight: float [B], the share of `others`; rows with 0 stay as they are.
    """
    ours = mean_magnitude(values, observed)
    theirs = mean_magnitude(others, others_observed)
    for b in range(values.shape[0]):
        if weight[b] <= 0.0:
            continue
        a, c = (1.0 - weight[b]), weight[b] * ours[b] / theirs[b]
        for t in range(values.shape[1]):
            observed[b, t] = observed[b, t] and others_observed[b, t]
            values[b, t] = a * values[b, t] + c * others[b, t] if observed[b, t] else 0.0


@numba.njit(cache=True)
def _spread(values: np.ndarray, observed: np.ndarray) -> tuple[float, float]:
    total, square, count = 0.0, 0.0, 0
    for t in range(values.size):
        if observed[t]:
            total += values[t]
            count += 1
    if count == 0:
        return 0.0, 0.0
    mean = total / count
    for t in range(values.size):
        if observed[t]:
            square += (values[t] - mean) ** 2
    return mean, np.sqrt(square / count)


@numba.njit(cache=True)
def augment(values: np.ndarray, observed: np.ndarray, draws: np.ndarray, strength: np.ndarray) -> None:
    """Reverse, flip, tilt the amplitude, add a slope, censor, and rescale rows, in place.

    Args:
        values: float32 [B, T], 0 where unobserved.
        observed: bool [B, T].
        draws: float64 [B, DRAWS], uniforms of the row.
        strength: probabilities of the six changes, in the order above [6].
    """
    width = values.shape[1]
    for b in range(values.shape[0]):
        row, seen, u = values[b], observed[b], draws[b]
        if u[0] < strength[0]:
            row[:] = row[::-1].copy()
            seen[:] = seen[::-1].copy()
        mean, spread = _spread(row, seen)
        sign = -1.0 if u[1] < strength[1] else 1.0
        tilt = (2.0 * u[3] - 1.0) * 0.8 if u[2] < strength[2] else 0.0
        slope = (2.0 * u[5] - 1.0) * 3.0 * spread if u[4] < strength[3] else 0.0
        floor = mean + spread * (3.0 * u[7] - 2.0) if u[6] < strength[4] else -np.inf
        above = u[8] < 0.5
        unit = 10.0 ** (4.0 * u[10] - 2.0) if u[9] < strength[5] else 1.0
        for t in range(width):
            if not seen[t]:
                continue
            x = row[t]
            if floor > -np.inf:
                x = max(x, floor) if above else min(x, floor)
            place = 2.0 * t / (width - 1) - 1.0
            x = mean + (x - mean) * (1.0 + tilt * place) + slope * place
            row[t] = unit * sign * x


@numba.njit(cache=True)
def hide(values: np.ndarray, observed: np.ndarray, keep_last: np.ndarray, hole: np.ndarray) -> None:
    """Hide all but the last keep_last[b] steps, and the steps hole[b, 0] to hole[b, 1] (none if equal)."""
    width = values.shape[1]
    for b in range(values.shape[0]):
        for t in range(width):
            if t < width - keep_last[b] or (hole[b, 0] <= t < hole[b, 1]):
                observed[b, t] = False
                values[b, t] = 0.0
