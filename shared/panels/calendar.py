"""Calendar covariates: where a time lies in its day, week and year, as points on circles."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import InputError
from .frequency import parse_frequency
from .panel import Panel
from .time_stamps import to_zone

PARTS = ("time_of_day", "weekday", "day_of_year", "month")


def calendar_parts(freq: str | int) -> tuple[str, ...]:
    """Parts of the calendar that change from step to step: () for integer axes and years."""
    if isinstance(freq, int):
        return ()
    frequency = parse_frequency(freq)
    if frequency.below_day:
        return ("time_of_day", "weekday", "day_of_year")
    if frequency.kind == "months":
        return ("month",) if frequency.count % 12 else ()
    return ("day_of_year",) if frequency.alias.startswith("W") else ("weekday", "day_of_year")


def calendar_names(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the columns of `calendar_features`."""
    return tuple(f"{part}_{wave}" for part in parts for wave in ("sin", "cos"))


def calendar_features(
    time: pd.Index, parts: tuple[str, ...], *, timezone: str | None = None, local: bool = False
) -> np.ndarray:
    """Sine and cosine of each part, float32 [T, 2 * len(parts)], on the clock of the time zone.

    Args:
        time: axis of a panel (`Panel.time`, `Panel.future_time`).
        parts: of "time_of_day", "weekday", "day_of_year" and "month".
        timezone, local: as in `Panel`.

    Raises:
        InputError: integer times have no calendar, or a part is not known.
    """
    if not isinstance(time, pd.DatetimeIndex):
        raise InputError("time", "integer times have no calendar", remedy="Leave calendar features out")
    clock = to_zone(time, timezone, local=local)
    out = np.empty((len(time), 2 * len(parts)), np.float32)
    for place, part in enumerate(parts):
        angle = 2 * np.pi * _phase(clock, part)
        out[:, 2 * place] = np.sin(angle)
        out[:, 2 * place + 1] = np.cos(angle)
    return out


def panel_calendar(panel: Panel, ahead: int = 0) -> np.ndarray:
    """Calendar features of a panel's steps and `ahead` more, float32 [T + ahead, F]."""
    time = panel.future_time(-1, panel.n_steps + ahead)
    parts = calendar_parts(panel.freq)
    if not parts:
        return np.empty((len(time), 0), np.float32)
    return calendar_features(time, parts, timezone=panel.timezone, local=panel.local)


def _phase(clock: pd.DatetimeIndex, part: str) -> np.ndarray:
    """Place within the cycle, 0 up to 1, float64 [T]."""
    if part == "time_of_day":
        seconds = clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6
        return seconds.to_numpy(np.float64) / 86400
    if part == "weekday":
        return clock.day_of_week.to_numpy(np.float64) / 7
    if part == "day_of_year":
        return (clock.day_of_year.to_numpy(np.float64) - 1) / np.where(clock.is_leap_year, 366, 365)
    if part == "month":
        return (clock.month.to_numpy(np.float64) - 1) / 12
    raise InputError("parts", f"{part!r} is not a part of the calendar", expected=", ".join(PARTS))
