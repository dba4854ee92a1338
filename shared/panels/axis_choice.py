"""Which clock a panel's axis runs on: UTC, or the wall clock for steps of a day and more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import InputError
from .frequency import parse_frequency
from .time_axis import Axis, infer_frequency, make_axis
from .time_stamps import Stamps


@dataclass(frozen=True)
class ChosenAxis(Axis):
    """An axis that knows its clock."""

    local: bool = False
    """Stamps are wall-clock time of the zone."""


def choose_axis(
    stamps: Stamps, time_codes: np.ndarray, series_codes: np.ndarray, freq: str | int | None, field: str
) -> ChosenAxis:
    """Lay the stamps of all series on one regular axis.

    Steps below a day count in UTC, where no hour is missing or doubled. Days, weeks and months count
    on the wall clock of the zone, where midnight stays midnight.

    Args:
        stamps: distinct stamps, sorted, in UTC when they have a zone.
        time_codes: int64 [R], distinct stamp of each row.
        series_codes: int64 [R].
        freq: the step, or None to infer it.
        field: name of the time column, for messages.
    """
    before, after = _neighbours(time_codes, series_codes, stamps.distinct.size)

    def steps(distinct: np.ndarray) -> np.ndarray:
        inside = (distinct[after] - distinct[before]).astype(np.int64)
        return inside if inside.size else np.diff(distinct).astype(np.int64)

    utc = stamps.distinct
    if stamps.timezone is not None and not isinstance(freq, int) and _at_least_a_day(utc, steps, freq, field):
        wall = (
            pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(stamps.timezone).tz_localize(None).to_numpy()
        )
        if np.all(wall[1:] > wall[:-1]):
            try:
                axis = make_axis(wall, steps(wall), freq, field)
                return ChosenAxis(axis.time, axis.freq, axis.positions, local=True)
            except InputError:
                pass  # regular in UTC, or nowhere: the UTC axis below says so
    axis = make_axis(utc, steps(utc), freq, field)
    return ChosenAxis(axis.time, axis.freq, axis.positions)


def _neighbours(
    time_codes: np.ndarray, series_codes: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Distinct-stamp codes of neighbouring rows within each series, earlier and later."""
    key = series_codes * count + time_codes
    if np.any(key[1:] < key[:-1]):
        key = np.sort(key)
    series, time = np.divmod(key, count)
    same = series[1:] == series[:-1]
    return time[:-1][same], time[1:][same]


def _at_least_a_day(utc: np.ndarray, steps, freq: str | int | None, field: str) -> bool:
    if freq is None and utc.size < 2:
        return False
    return not parse_frequency(str(freq or infer_frequency(utc, steps(utc), field))).below_day
