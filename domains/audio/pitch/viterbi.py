"""The likeliest path through pitch states, each voiced or not, with limited change of pitch."""

from __future__ import annotations

import numba
import numpy as np


def likeliest_path(seen: np.ndarray, reach: int, switch: float) -> np.ndarray:
    """Viterbi over 2 K states: k voiced with pitch k, K + k unvoiced (keeping a pitch in mind).

    Pitch moves by up to `reach` states with triangular weights; voicing changes with probability `switch`.

    Args:
        seen: float32 [T, K], probability of each voiced state; the rest to 1 is spread over the unvoiced.
        reach: states that pitch moves by at most in a frame.
        switch: probability of a change of voicing.

    Returns:
        int64 [T], states.
    """
    weights = 1.0 + reach - np.abs(np.arange(-reach, reach + 1))
    moves = np.log(weights / weights.sum()).astype(np.float32)
    stay, change = float(np.log1p(-switch)), float(np.log(switch))
    return _path(np.ascontiguousarray(seen), moves, stay, change)


@numba.njit(cache=True, nogil=True)
def _best_moves(score: np.ndarray, moves: np.ndarray, best: np.ndarray, origin: np.ndarray) -> None:
    """For each state the best predecessor within reach, by offsets so that the inner loop vectorises."""
    states, reach = len(score), len(moves) // 2
    for k in range(states):
        best[k] = -np.inf
        origin[k] = k
    for offset in range(-reach, reach + 1):
        weight = moves[offset + reach]
        for k in range(max(0, -offset), min(states, states - offset)):
            value = score[k + offset] + weight
            if value > best[k]:
                best[k] = value
                origin[k] = k + offset


@numba.njit(cache=True, nogil=True)
def _path(seen: np.ndarray, moves: np.ndarray, stay: float, change: float) -> np.ndarray:
    steps, states = seen.shape
    back = np.empty((steps, 2 * states), np.int16)
    voiced, silent = np.empty(states, np.float32), np.empty(states, np.float32)
    best_voiced, best_silent = np.empty(states, np.float32), np.empty(states, np.float32)
    from_voiced, from_silent = np.empty(states, np.int16), np.empty(states, np.int16)
    for t in range(steps):
        total = np.float32(0)
        for k in range(states):
            total += seen[t, k]
        unvoiced = np.float32(np.log(max((1.0 - total) / states, 1e-10)))
        if t == 0:
            for k in range(states):
                voiced[k] = np.log(seen[0, k] + np.float32(1e-10))
                silent[k] = unvoiced
            continue
        _best_moves(voiced, moves, best_voiced, from_voiced)
        _best_moves(silent, moves, best_silent, from_silent)
        for k in range(states):
            here = np.log(seen[t, k] + np.float32(1e-10))
            if best_voiced[k] + stay >= best_silent[k] + change:
                voiced[k], back[t, k] = best_voiced[k] + stay + here, from_voiced[k]
            else:
                voiced[k], back[t, k] = best_silent[k] + change + here, states + from_silent[k]
            if best_silent[k] + stay >= best_voiced[k] + change:
                silent[k], back[t, states + k] = best_silent[k] + stay + unvoiced, states + from_silent[k]
            else:
                silent[k], back[t, states + k] = best_voiced[k] + change + unvoiced, from_voiced[k]
    path = np.zeros(steps, np.int64)
    if steps:
        last = np.concatenate((voiced, silent))
        path[steps - 1] = np.argmax(last)
        for t in range(steps - 1, 0, -1):
            path[t - 1] = back[t, path[t]]
    return path
