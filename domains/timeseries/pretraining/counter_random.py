"""Random numbers by position: draw k of sample i is a pure function of (seed, i, k)."""

from __future__ import annotations

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def _mix(x: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))


def counter_uniforms(seed: int, indices: np.ndarray, draws: int) -> np.ndarray:
    """Uniforms in [0, 1), float64 [B, draws]; any subset or order of `indices` gives the same rows.

    Args:
        seed: non-negative.
        indices: int64 [B], sample numbers.
    """
    stream = _mix(np.array([seed], dtype=np.uint64) * _GOLDEN + _MIX_1)
    rows = _mix(indices.astype(np.uint64) * _GOLDEN + stream)
    cells = _mix(rows[:, None] + np.arange(1, draws + 1, dtype=np.uint64) * _GOLDEN)
    return (cells >> np.uint64(11)).astype(np.float64) * 2.0**-53
