"""Time axes: the step of given stamps, and where every stamp lies on the regular axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .frequency import (
    DAY,
    KNOWN,
    MONTH,
    NANOSECONDS,
    Frequency,
    fixed_alias,
    parse_frequency,
    positions_of,
    stamps_at,
    unit_size,
)
from .table_limit import require_room

if TYPE_CHECKING:
    import pandas as pd

_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True)
class Axis:
    """A regular axis and the place of each distinct stamp on it."""

    time: pd.Index
    """DatetimeIndex without zone, or integers. Length T."""
    freq: str | int
    positions: np.ndarray
    """int64 [U], row of each distinct stamp."""


def steps_after(time: pd.Index, freq: str | int, first: int, count: int) -> pd.Index:
    """The `count` steps of the axis from row `first` on (rows may lie beyond the end of `time`)."""
    import pandas as pd

    stamps = stamps_after(time, freq, first, count)
    if isinstance(freq, int):
        return pd.Index(stamps, dtype=time.dtype, name=time.name)
    return pd.DatetimeIndex(stamps, name=time.name)


def stamps_after(time: pd.Index, freq: str | int, first: int, count: int) -> np.ndarray:
    """`steps_after` as datetime64 or integers [count]."""
    rows = np.arange(first, first + count, dtype=np.int64)
    if isinstance(freq, int):
        return (time.to_numpy()[0] + rows * freq).astype(time.dtype)
    return stamps_at(parse_frequency(freq), time.to_numpy()[0], rows)


def make_axis(stamps: np.ndarray, steps: np.ndarray, freq: str | int | None, field: str) -> Axis:
    """Lay distinct, sorted stamps on a regular axis.

    Args:
        stamps: datetime64 or int64 [U], sorted, distinct.
        steps: differences of neighbours within a series (same unit as `stamps`), for the inference.
        freq: the step, or None to infer it.
        field: name of the time column, for messages.

    Raises:
        InputError: the step cannot be told, or stamps lie off the grid.
    """
    import pandas as pd

    if stamps.dtype.kind in "iu":
        return _integer_axis(stamps.astype(np.int64), steps, freq, field)
    if isinstance(freq, int):
        raise InputError(
            "freq", f"{freq} is a step for integer times, but {field} holds dates", expected=KNOWN
        )
    alias = freq or infer_frequency(stamps, steps, field)
    frequency = parse_frequency(alias)
    if frequency.kind == "fixed" and frequency.count < _size_of(stamps):
        stamps = stamps.astype("M8[ns]")
    positions = positions_of(frequency, stamps[0], stamps)
    off = np.flatnonzero(stamps_at(frequency, stamps[0], positions) != stamps)
    if off.size:
        _raise_off_grid(stamps, off, frequency, field, given=freq is not None)
    _require_sane_length(positions, stamps, frequency.alias, field)
    axis = stamps_at(frequency, stamps[0], np.arange(positions[-1] + 1))
    return Axis(pd.DatetimeIndex(axis), frequency.alias, positions)


def _require_sane_length(positions: np.ndarray, stamps: np.ndarray, freq: str | int, field: str) -> None:
    """Refuse an axis that a stray stamp stretches beyond all measure, before it fills the memory."""
    steps = int(positions[-1]) + 1
    if steps > 20_000_000 and steps > 1000 * stamps.size:
        raise InputError(
            field,
            f"{stamps.size} distinct times would stretch over {steps} steps of {freq}",
            where=f"{show(stamps[0])} to {show(stamps[-1])}",
            expected="times that lie close together",
            remedy="Check for stray times, or pass freq= (in the shell: --freq) with the step of the data",
        )
    require_room(steps, 1, stamps.size)


def _size_of(stamps: np.ndarray) -> int:
    """Nanoseconds in the unit of datetime64 stamps."""
    return unit_size(np.datetime_data(stamps.dtype)[0])


def _integer_axis(stamps: np.ndarray, steps: np.ndarray, freq: str | int | None, field: str) -> Axis:
    import pandas as pd

    if isinstance(freq, str):
        raise InputError(
            "freq",
            f"{freq!r} is a calendar step, but {field} holds integers",
            expected="an integer step such as freq=1",
            remedy="Pass an integer freq=, or turn the column into dates",
        )
    step = int(freq) if freq is not None else _most_common(steps, 1)
    if step < 1:
        raise InputError(
            "freq", f"a step of {step} does not move forward", expected="an integer of 1 or more"
        )
    positions, rest = np.divmod(stamps - stamps[0], step)
    if rest.any():
        wrong = stamps[np.flatnonzero(rest)[0]]
        raise InputError(
            field,
            f"{np.count_nonzero(rest)} times do not lie on a grid of {step} from {stamps[0]}",
            where=str(wrong),
            remedy="Pass freq= (in the shell: --freq) with the step of the data",
        )
    _require_sane_length(positions, stamps, step, field)
    axis = stamps[0] + step * np.arange(positions[-1] + 1)
    return Axis(pd.Index(axis), step, positions)


def _raise_off_grid(
    stamps: np.ndarray, off: np.ndarray, frequency: Frequency, field: str, *, given: bool
) -> None:
    said = "given" if given else "found as the most common"
    raise InputError(
        field,
        f"{off.size} of {stamps.size} time stamps do not lie on the grid of {frequency.alias} ({said} step) "
        f"that starts at {show(stamps[0])}",
        where=show(stamps[off[0]]),
        expected="one regular step for all series",
        remedy="Pass freq= (in the shell: --freq) with the step of the data, or resample first",
    )


def show(stamp: object) -> str:
    """A stamp as people write it, without idle zeros."""
    if not isinstance(stamp, np.datetime64):
        return str(stamp)
    import pandas as pd

    return str(pd.Timestamp(stamp))


def infer_frequency(stamps: np.ndarray, steps: np.ndarray, field: str = "ds") -> str:
    """The step of distinct, sorted datetime64 stamps that may have gaps.

    The most common difference within a series decides; differences of whole days are checked
    against business days, weeks, months, quarters and years.

    Raises:
        InputError: fewer than two stamps.
    """
    step = _most_common(steps, 0)
    if step == 0:
        raise InputError(
            field,
            "the step between times cannot be told from a single time stamp",
            remedy="Pass freq= (and period= when it has no usual season)",
        )
    nanoseconds = step * _size_of(stamps)
    days, rest = divmod(nanoseconds, NANOSECONDS["D"])
    if rest == 0 and days >= 28:
        monthly = _months_alias(stamps)
        if monthly:
            return monthly
    dates = stamps.astype("M8[D]")
    weekday = (dates.astype(np.int64) + 3) % 7
    if rest == 0 and days == 1 and weekday.max() <= 4 and _has_weekend_step(dates, weekday):
        return "B"
    if rest == 0 and days % 7 == 0:
        return f"{fixed_alias(nanoseconds)}-{_WEEKDAYS[int(weekday[0])]}"
    return fixed_alias(nanoseconds)


def _most_common(steps: np.ndarray, default: int) -> int:
    """The most common positive step (the smallest of equals)."""
    steps = steps.astype(np.int64)
    steps = steps[steps > 0]
    if not steps.size:
        return default
    if (steps == steps[0]).all():  # the usual case, with nothing to count
        return int(steps[0])
    import pandas as pd

    counts = pd.Series(steps).value_counts(sort=False)
    return int(counts.index[counts == counts.max()].min())


def _has_weekend_step(dates: np.ndarray, weekday: np.ndarray) -> bool:
    """Whether some Friday is followed by its Monday: the mark of business days."""
    return bool(np.any((np.diff(dates).astype(np.int64) == 3) & (weekday[:-1] == 4)))


def _months_alias(stamps: np.ndarray) -> str | None:
    """ "MS", "QE", ... when all stamps share a day of the month (or its end) and a time of day."""
    dates = stamps.astype("M8[D]")
    clock = stamps - dates
    months = dates.astype("M8[M]")
    day = dates - months.astype("M8[D]")
    at_end = bool(np.all((dates + DAY).astype("M8[M]") == months + MONTH))
    if np.any(clock != clock[0]) or not (at_end or np.all(day == day[0])):
        return None
    step = _most_common(np.diff(months.astype(np.int64)), 1)
    letter, suffix = ("E" if at_end else "S"), ""
    name, count = ("Y", 12) if step % 12 == 0 else ("Q", 3) if step % 3 == 0 else ("M", 1)
    if name != "M":
        suffix = "-" + _anchor_month(int(months[0].astype(np.int64)) % 12, name, at_end)
    multiple = step // count
    return f"{multiple if multiple > 1 else ''}{name}{letter}{suffix}"


def _anchor_month(month: int, name: str, at_end: bool) -> str:
    """Month (0 is January) that pandas names in an alias: a quarter's earliest start or year's last end."""
    if name == "Q":
        month = month % 3 + (9 if at_end else 0)
    return _MONTHS[month]
