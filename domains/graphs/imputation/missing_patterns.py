"""What is hidden to measure imputation: single values, or sensors that fail for a while."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from ....shared.errors import InputError

POINT_RATE = 0.25
"""Share of values hidden by the point protocol."""
FAULT_RATE = 0.0015
"""Chance that a sensor fails at a step, in the block protocol."""
FAULT_STEPS = (12, 48)
"""Shortest and longest fault."""
BLOCK_NOISE = 0.05
"""Share of single values hidden beside the faults."""


@dataclass(frozen=True)
class HiddenValues:
    """An experiment: what a method may read, and where it is judged."""

    given: np.ndarray
    """bool as observed, what is left to read."""
    judged: np.ndarray
    """bool as observed, values that are known but hidden."""


def hide_points(observed: np.ndarray, *, rate: float = POINT_RATE, seed: int = 0) -> HiddenValues:
    """The point protocol: each value is hidden with the same chance.

    Args:
        observed: bool [T, ...], of steps and series.
        rate: that chance.

    Raises:
        InputError: a rate outside [0, 1].
    """
    _require_share("rate", rate)
    hidden = np.random.default_rng(seed).random(observed.shape) < rate
    return HiddenValues(observed & ~hidden, observed & hidden)


def hide_blocks(
    observed: np.ndarray,
    *,
    fault_rate: float = FAULT_RATE,
    fault_steps: tuple[int, int] = FAULT_STEPS,
    noise: float = BLOCK_NOISE,
    seed: int = 0,
) -> HiddenValues:
    """The block protocol: at each step a series may fail, for a while of even chances; and single values.

    Args:
        observed: bool [T, ...].
        fault_rate: chance of a fault to begin, per step and series; faults may overlap.
        fault_steps: shortest and longest fault, both included.
        noise: chance of a single value to be hidden.

    Raises:
        InputError: a rate outside [0, 1], or lengths that make no interval.
    """
    _require_share("fault_rate", fault_rate)
    _require_share("noise", noise)
    shortest, longest = fault_steps
    if not 1 <= shortest <= longest:
        raise InputError("fault_steps", f"{fault_steps}", expected="two lengths of 1 and more, in order")
    rng = np.random.default_rng(seed)
    flat = observed.reshape(len(observed), -1)
    starts = rng.random(flat.shape) < fault_rate
    lengths = rng.integers(shortest, longest + 1, size=int(starts.sum()))
    hidden = rng.random(flat.shape) < noise
    _fail(starts, lengths, hidden)
    hidden = hidden.reshape(observed.shape)
    return HiddenValues(observed & ~hidden, observed & hidden)


@numba.njit(cache=True)
def _fail(starts: np.ndarray, lengths: np.ndarray, hidden: np.ndarray) -> None:
    """Set hidden [T, S] for the length of each fault; lengths are in the row-major order of starts."""
    steps, series = starts.shape
    count = 0
    for t in range(steps):
        for s in range(series):
            if starts[t, s]:
                for k in range(t, min(t + lengths[count], steps)):
                    hidden[k, s] = True
                count += 1


def _require_share(field: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise InputError(field, f"{value} is no chance", expected="a number from 0 to 1")
