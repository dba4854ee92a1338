"""Sums behind all scores: one pass, float64, in the order of the rows."""

from __future__ import annotations

import numba
import numpy as np

SQUARED, ABSOLUTE, SYMMETRIC, MAGNITUDE = range(4)
"""Rows of the point sums: e^2, |e|, 200 |e| / (|y| + |f|), |y|."""


@numba.njit(cache=True, nogil=True)
def add_points(
    sums: np.ndarray,
    counts: np.ndarray,
    series: np.ndarray,
    target: np.ndarray,
    observed: np.ndarray,
    point: np.ndarray,
) -> None:
    """Add B rows to sums [4, N, H] and counts [N, H], one after the other.

    Sequential addition makes the result independent of how rows are cut into batches, to the last bit.
    """
    for b in range(len(series)):
        n = series[b]
        for h in range(target.shape[1]):
            if not observed[b, h]:
                continue
            y, f = np.float64(target[b, h]), np.float64(point[b, h])
            error = abs(y - f)
            size = abs(y) + abs(f)
            counts[n, h] += 1
            sums[SQUARED, n, h] += error * error
            sums[ABSOLUTE, n, h] += error
            if size > 0:
                sums[SYMMETRIC, n, h] += 200 * error / size
            sums[MAGNITUDE, n, h] += abs(y)


@numba.njit(cache=True, nogil=True)
def add_quantiles(
    pinball: np.ndarray,
    below: np.ndarray,
    series: np.ndarray,
    target: np.ndarray,
    observed: np.ndarray,
    quantiles: np.ndarray,
    levels: np.ndarray,
    pairs: np.ndarray,
) -> None:
    """Add B rows of quantiles [B, H, Q] to pinball [Q, N, H] and to the inside counts below [P, N, H].

    pairs int64 [P, 2]: places in `levels` of the lower and upper end of each central interval.
    """
    for b in range(len(series)):
        n = series[b]
        for h in range(target.shape[1]):
            if not observed[b, h]:
                continue
            y = np.float64(target[b, h])
            for q in range(len(levels)):
                error = y - np.float64(quantiles[b, h, q])
                pinball[q, n, h] += levels[q] * error if error >= 0 else (levels[q] - 1) * error
            for p in range(len(pairs)):
                if quantiles[b, h, pairs[p, 0]] <= y <= quantiles[b, h, pairs[p, 1]]:
                    below[p, n, h] += 1
