"""The likeliest path through pitch states, each voiced or not, with limited change of pitch."""

from __future__ import annotations

import numba
import numpy as np

LONGEST = 8_192
"""Frames that are kept undecided at most."""


def likeliest_path(seen: np.ndarray, reach: int, switch: float) -> np.ndarray:
    """`LikeliestPath` over all frames at once, int64 [T]."""
    path = LikeliestPath(seen.shape[1], reach, switch, max(len(seen), 1))
    return np.concatenate([path.push(seen), path.flush()])


class LikeliestPath:
    """Viterbi over 2 K states: k voiced with pitch k, K + k unvoiced (keeping a pitch in mind).

    Pitch moves by up to `reach` states with triangular weights; voicing changes with probability `switch`.
    Frames may come in pieces: a frame is decided once every path that may still win agrees on it, so the
    pieces' states are those of the whole. Where the paths disagree for more than `longest` frames, half of
    these go to the one that leads; memory stays bounded.
    """

    def __init__(self, states: int, reach: int, switch: float, longest: int = LONGEST) -> None:
        weights = 1.0 + reach - np.abs(np.arange(-reach, reach + 1))
        self._moves = np.log(weights / weights.sum()).astype(np.float32)
        self._stay, self._change = float(np.log1p(-switch)), float(np.log(switch))
        self._scores = np.zeros(2 * states, np.float32)
        self._back = np.empty((0, 2 * states), np.int16)
        """Of each undecided frame and state, the state before."""
        self._begun, self._longest = False, longest

    @property
    def undecided(self) -> int:
        """Frames whose states are yet to come."""
        return len(self._back)

    def push(self, seen: np.ndarray) -> np.ndarray:
        """States of the frames that the next ones decide, int64, in order.

        Args:
            seen: float32 [T, K], probability of each voiced state; the rest to 1 is spread over the unvoiced.
        """
        if not len(seen):
            return np.zeros(0, np.int64)
        fresh = np.empty((len(seen), self._back.shape[1]), np.int16)
        _advance(
            np.ascontiguousarray(seen),
            self._moves,
            self._stay,
            self._change,
            self._begun,
            self._scores,
            fresh,
        )
        self._begun = True
        self._back = np.concatenate([self._back, fresh])
        frame, state = _agreed(self._back)
        if len(self._back) - frame - 1 > self._longest:
            leading = _traced(self._back, int(np.argmax(self._scores)))
            frame = max(frame, len(leading) - 1 - self._longest // 2)
            state = int(leading[frame])
        decided = _traced(self._back[: frame + 1], state)
        self._back = self._back[frame + 1 :].copy()
        return decided

    def flush(self) -> np.ndarray:
        """States of all frames that are left, int64."""
        left = _traced(self._back, int(np.argmax(self._scores)))
        self._back = self._back[:0]
        return left


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
def _advance(
    seen: np.ndarray,
    moves: np.ndarray,
    stay: float,
    change: float,
    begun: bool,
    scores: np.ndarray,
    back: np.ndarray,
) -> None:
    """Scores of all states after these frames, less their greatest, and each frame's predecessors."""
    steps, states = seen.shape
    voiced, silent = scores[:states], scores[states:]
    best_voiced, best_silent = np.empty(states, np.float32), np.empty(states, np.float32)
    from_voiced, from_silent = np.empty(states, np.int16), np.empty(states, np.int16)
    for t in range(steps):
        total = np.float32(0)
        for k in range(states):
            total += seen[t, k]
        unvoiced = np.float32(np.log(max((1.0 - total) / states, 1e-10)))
        if t == 0 and not begun:
            for k in range(states):
                voiced[k] = np.log(seen[0, k] + np.float32(1e-10))
                silent[k] = unvoiced
                back[0, k] = back[0, states + k] = 0
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
        greatest = scores.max()
        for k in range(2 * states):  # so that hours of frames do not use up the digits
            scores[k] -= greatest


@numba.njit(cache=True, nogil=True)
def _agreed(back: np.ndarray) -> tuple[int, int]:
    """The last frame at which all paths are in one state, and that state; (-1, 0) without one."""
    steps, states = back.shape
    alive = np.ones(states, np.bool_)
    for t in range(steps - 1, 0, -1):
        before = np.zeros(states, np.bool_)
        count, state = 0, 0
        for k in range(states):
            if alive[k] and not before[back[t, k]]:
                state = int(back[t, k])
                before[state] = True
                count += 1
        if count == 1:
            return t - 1, state
        alive = before
    return -1, 0


@numba.njit(cache=True, nogil=True)
def _traced(back: np.ndarray, last: int) -> np.ndarray:
    """States of all frames of the path that ends in `last`."""
    path = np.zeros(len(back), np.int64)
    state = last
    for t in range(len(back) - 1, -1, -1):
        path[t] = state
        state = int(back[t, state])
    return path
