"""Splits of a panel's rows in time, as the field's benchmarks use them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError

ETT_MONTH = 30 * 24
"""Hours of a month in the ETT benchmark: 12 months to train, 4 to validate, 4 to test."""


@dataclass(frozen=True)
class Split:
    """Rows of targets; contexts may reach back over the border."""

    train: slice
    validation: slice
    test: slice


def ett_split(steps_per_hour: int = 1) -> Split:
    """Standard ETT borders: 8640/2880/2880 rows, times 4 for the quarter-hourly sets (Zhou et al. 2021)."""
    month = ETT_MONTH * steps_per_hour
    return Split(slice(0, 12 * month), slice(12 * month, 16 * month), slice(16 * month, 20 * month))


def fraction_split(steps: int, train: float = 0.7, test: float = 0.2) -> Split:
    """First `train`, last `test`, validation between; counts rounded down as in the Informer lineage.

    Raises:
        InputError: the shares leave no rows to train on or exceed the whole.
    """
    first, last = int(steps * train), int(steps * test)
    if first < 1 or last < 0 or first + last > steps:
        raise InputError(
            "split",
            f"train {train:g} and test {test:g} of {steps} rows do not fit",
            expected="positive shares that sum to at most 1",
        )
    return Split(slice(0, first), slice(first, steps - last), slice(steps - last, steps))


def last_rows(share: float | int | slice, steps: int, horizon: int) -> slice:
    """The last rows of `steps`: a share, a number, or as sliced; empty when shorter than the horizon.

    Raises:
        InputError: a negative number, or a share beyond 1.
    """
    if isinstance(share, slice):
        start, stop, _ = share.indices(steps)
        return slice(start, max(start, stop))
    counted = isinstance(share, int | np.integer)
    if not (counted or isinstance(share, float | np.floating)) or not 0 <= share <= (steps if counted else 1):
        raise InputError(
            "held-out rows",
            f"{share!r} is no share and no number of the {steps} rows",
            expected=f"a share from 0 to 1, a number from 0 to {steps}, or a slice",
            remedy="Correct validation= or test=",
        )
    rows = int(share) if counted else round(share * steps)
    return slice(steps - rows, steps) if horizon <= rows < steps else slice(steps, steps)


def training_rows(train: slice | None, held_out: slice, steps: int) -> slice:
    """Rows to learn from, with whole numbers at both ends: those of `train`, or all before `held_out`.

    Raises:
        InputError: rows are in both, so that what was learnt would be judged by itself.
    """
    if train is None:
        return slice(0, held_out.start)
    start, stop, _ = train.indices(steps)
    if max(start, held_out.start) < min(stop, held_out.stop):
        raise InputError(
            "train",
            f"rows {start}..{stop} and the held-out rows {held_out.start}..{held_out.stop} overlap",
            expected="rows that are in one of the two",
            remedy="Choose other rows for train= or validation=",
        )
    return slice(start, max(start, stop))
