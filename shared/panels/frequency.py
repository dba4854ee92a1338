"""Frequencies: what a step means, how many steps make a season, and where each step lies in time.

A step is fixed ("15min", "h", "D", "W"), a number of months ("MS", "ME", "QS", "YE") or of business
days ("B"). The table follows what people mean by each step: a day for steps below a day, a week for
days, a year for weeks, months and quarters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from ..errors import InputError

NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
    "D": 86_400_000_000_000,
    "W": 604_800_000_000_000,
}
_MONTHS = {"M": 1, "Q": 3, "Y": 12}
_OLD_NAMES = {
    **{"N": "ns", "U": "us", "L": "ms", "S": "s", "T": "min", "H": "h", "d": "D", "w": "W", "m": "min"},
    **{"M": "ME", "Q": "QE", "A": "YE", "Y": "YE", "AS": "YS", "b": "B", "sec": "s", "hour": "h", "day": "D"},
    **{"minute": "min", "second": "s", "week": "W", "month": "MS", "quarter": "QS", "year": "YS"},
    **{"hourly": "h", "daily": "D", "weekly": "W", "monthly": "MS", "quarterly": "QS", "yearly": "YS"},
}
_PATTERN = re.compile(r"^\s*(\d{0,40})\s*([A-Za-z]+)(-[A-Za-z]{3})?\s*$")
LONGEST = {"fixed": 2**63 - 1, "months": 292 * 12, "business": 292 * 261}
"""Counts of a step: 292 years are as many nanoseconds as 64 bits hold."""
DAY, MONTH = np.timedelta64(1, "D"), np.timedelta64(1, "M")
KNOWN = "such as 10min, 15min, h, 2h, D, B, W, MS, ME, QS, YS, or an integer step"


@dataclass(frozen=True)
class Frequency:
    """One step of a time axis."""

    alias: str
    """As pandas writes it: "h", "15min", "W-MON", "MS"."""
    kind: Literal["fixed", "months", "business"]
    count: int
    """Nanoseconds, months or business days in a step."""
    at_end: bool = False
    """Stamps lie on the last day of the month ("ME", "QE", "YE")."""

    @property
    def below_day(self) -> bool:
        """Whether a step is shorter than a day, so that it is counted in UTC."""
        return self.kind == "fixed" and self.count < NANOSECONDS["D"]


@lru_cache(maxsize=256)
def parse_frequency(freq: str) -> Frequency:
    """The frequency an alias names: "2h", "15T", "W-MON", "QS-FEB".

    Raises:
        InputError: the alias is not in the table, or the step is longer than `LONGEST`.
    """
    matched = _PATTERN.match(freq)
    if not matched:
        raise InputError("freq", f"{freq!r} is not a frequency", expected=KNOWN)
    multiple, name, anchor = int(matched[1] or 1), matched[2], matched[3] or ""
    name = _OLD_NAMES.get(name, name)
    if multiple < 1:
        raise InputError("freq", f"{freq!r} has no length", expected=KNOWN)
    if name in NANOSECONDS:
        nanoseconds = _bounded(freq, multiple * NANOSECONDS[name], "fixed")
        return Frequency(fixed_alias(nanoseconds) + anchor.upper(), "fixed", nanoseconds)
    if name == "B":
        return Frequency(_times(multiple, "B"), "business", _bounded(freq, multiple, "business"))
    if len(name) == 2 and name[0] in _MONTHS and name[1] in "SE":
        months = _bounded(freq, multiple * _MONTHS[name[0]], "months")
        return Frequency(_times(multiple, name) + anchor.upper(), "months", months, name[1] == "E")
    raise InputError(
        "freq", f"{freq!r} is not a known frequency", expected=KNOWN, remedy="Pass another freq="
    )


def _bounded(freq: str, count: int, kind: str) -> int:
    if count > LONGEST[kind]:
        raise InputError("freq", f"{freq!r} is too long a step", expected="at most 292 years")
    return count


def fixed_alias(nanoseconds: int) -> str:
    """The shortest alias of a fixed step: 7,200,000,000,000 ns -> "2h"."""
    for name in reversed(NANOSECONDS):
        if nanoseconds % NANOSECONDS[name] == 0:
            return _times(nanoseconds // NANOSECONDS[name], name)
    raise ValueError(nanoseconds)


def _times(multiple: int, name: str) -> str:
    return name if multiple == 1 else f"{multiple}{name}"


@lru_cache
def main_period(freq: str | int) -> int:
    """Steps in the main season: 24 for "h", 96 for "15min", 7 for "D", 12 for "MS".

    Raises:
        InputError: no whole number of steps makes a season, or the step is a bare integer.
    """
    cycle, count = 0, 1
    if isinstance(freq, str):
        frequency = parse_frequency(freq)
        cycle, count = _cycle(frequency), frequency.count
        if frequency.kind == "months" and count % 12 == 0:
            return 1
    if cycle == 0 or cycle % count:
        raise InputError(
            "period",
            f"a step of {freq!r} has no season of its own",
            expected="the number of steps in the main season",
            remedy="Pass period=, in the shell --period (1 for data without a season)",
        )
    return cycle // count


def _cycle(frequency: Frequency) -> int:
    """Length of the main season in the unit of `count`; 0 when the table has none."""
    if frequency.kind == "months":
        return 12
    if frequency.kind == "business":
        return 5
    count, unit = frequency.count, NANOSECONDS
    if count % unit["W"] == 0:
        return 52 * unit["W"]
    for step, cycle in (("D", "W"), ("min", "D"), ("s", "min"), ("ms", "s"), ("us", "ms"), ("ns", "us")):
        if count % unit[step] == 0:
            return unit[cycle] if count < unit[cycle] else 0
    return 0


def stamps_at(frequency: Frequency, start: np.datetime64, positions: np.ndarray) -> np.ndarray:
    """Times of the steps `positions` (int64, any shape) counted from `start`; datetime64 of its unit.

    Anchors (weekday, day of month, time of day) are those of `start`.
    """
    unit = np.datetime_data(start.dtype)[0]
    day = start.astype("M8[D]")
    if frequency.kind == "fixed":
        return start + positions * fixed_step(frequency, unit)
    if frequency.kind == "business":
        days = np.busday_offset(day, positions * frequency.count, roll="forward")
    else:
        months = day.astype("M8[M]") + np.asarray(positions * frequency.count).astype("m8[M]")
        if frequency.at_end:
            days = (months + MONTH).astype("M8[D]") - DAY
        else:
            days = months.astype("M8[D]") + (day - day.astype("M8[M]").astype("M8[D]"))
    return days.astype(f"M8[{unit}]") + (start - day)


def positions_of(frequency: Frequency, start: np.datetime64, stamps: np.ndarray) -> np.ndarray:
    """Steps from `start` to each stamp (int64), rounded down; check with `stamps_at` for the grid."""
    if frequency.kind == "fixed":
        step = fixed_step(frequency, np.datetime_data(start.dtype)[0])
        return (stamps - start) // step
    day, days = start.astype("M8[D]"), stamps.astype("M8[D]")
    if frequency.kind == "business":
        return np.busday_count(day, days) // frequency.count
    return (days.astype("M8[M]") - day.astype("M8[M]")).astype(np.int64) // frequency.count


def fixed_step(frequency: Frequency, unit: str) -> np.timedelta64:
    """A fixed step in the unit of the time axis; raises InputError when the unit is too coarse."""
    size = unit_size(unit)
    if frequency.count % size:
        raise InputError("freq", f"steps of {frequency.alias} are finer than the time stamps' unit, {unit}")
    return np.asarray([frequency.count // size], f"m8[{unit}]")[0]


@lru_cache
def unit_size(unit: str) -> int:
    """Nanoseconds in one of a unit of numpy's, such as "us"."""
    return int(np.asarray(1, f"m8[{unit}]").astype("m8[ns]").astype(np.int64))
