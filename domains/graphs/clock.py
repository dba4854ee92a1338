"""Clock: time of day and weekday of every row of a panel and of the steps ahead."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...shared.panels.frequency import NANOSECONDS, parse_frequency
from ...shared.panels.panel import Panel
from ...shared.panels.time_stamps import to_zone


@dataclass(frozen=True)
class Clock:
    """What the time tells of T rows and of some steps after them."""

    time_of_day: np.ndarray
    """float32 [T + ahead] in [0, 1); 0 for steps of a day and more."""
    weekday: np.ndarray
    """int64 [T + ahead], Monday is 0."""
    steps_per_day: int

    @classmethod
    def of(cls, panel: Panel, ahead: int) -> Clock:
        """By the wall clock of the panel's zone. Days of an integer axis are its periods, all Mondays."""
        steps = steps_per_day(panel)
        time = panel.future_time(-1, panel.n_steps + ahead)
        if not isinstance(time, pd.DatetimeIndex):
            step = panel.freq if isinstance(panel.freq, int) else 1
            slot = time.to_numpy().astype(np.int64) // step % steps
            return cls((slot / steps).astype(np.float32), np.zeros(len(slot), np.int64), steps)
        clock = to_zone(time, panel.timezone, local=panel.local)
        weekday = clock.day_of_week.to_numpy(np.int64)
        if steps == 1:
            return cls(np.zeros(len(clock), np.float32), weekday, steps)
        seconds = clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6
        return cls((seconds.to_numpy(np.float64) / 86400).astype(np.float32), weekday, steps)

    def with_weekdays(self, stand_in: np.ndarray) -> Clock:
        """The clock with other weekdays in place of some, see `weekday_stand_ins`."""
        return replace(self, weekday=stand_in[self.weekday])

    @property
    def slot(self) -> np.ndarray:
        """int64 [T + ahead], number of the step within its day."""
        return np.floor(self.time_of_day * self.steps_per_day + 1e-3).astype(np.int64) % self.steps_per_day


def steps_per_day(panel: Panel) -> int:
    """Steps in a day; in the period of an integer axis; 1 where a step is a day or more."""
    if isinstance(panel.freq, int):
        return panel.period
    frequency = parse_frequency(panel.freq)
    return max(round(NANOSECONDS["D"] / frequency.count), 1) if frequency.below_day else 1


def weekday_stand_ins(seen: np.ndarray) -> np.ndarray:
    """int64 [7]: what each weekday is read as by a network that learnt from the weekdays `seen`.

    A weekday never seen would enter by weights as random as they began, so it is read as the nearest one
    seen of its kind (Monday to Friday, or the weekend), else as the nearest of any kind.
    """
    known = np.unique(seen)
    away = np.abs(np.arange(7)[:, None] - known)
    away = np.minimum(away, 7 - away) + 7 * ((np.arange(7)[:, None] > 4) != (known > 4))
    return known[away.argmin(axis=1)]
