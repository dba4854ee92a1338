"""What the data of a run are: their parts for training and judging, and a line for every series."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from ...shared.errors import InputError
from ...shared.panels.panel import Panel

STEP_NAMES = {
    "h": "one hour",
    "D": "one day",
    "W": "one week",
    "MS": "one month",
    "ME": "one month",
    "QS": "one quarter",
    "QE": "one quarter",
    "YS": "one year",
    "YE": "one year",
    "min": "one minute",
}


class Named(NamedTuple):
    """What the data are called."""

    title: str
    note: str
    unit: str
    source: str


class SeriesLine(BaseModel):
    """One series in a line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    first: str
    last: str
    observed: int
    missing: int
    """Steps without a value between first and last."""
    longest_gap: int


class DataSummary(BaseModel):
    """What the panel is, in words and numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    note: str
    unit: str
    source: str
    n_series: int
    n_steps: int
    step: str
    period: int
    timezone: str | None
    horizon: int
    splits: dict[str, tuple[int, int]]
    """Rows of train, validation and test, half open."""
    series: list[SeriesLine]

    def facts(self) -> dict[str, str]:
        """Name and value pairs for the report."""
        missing = sum(line.missing for line in self.series)
        return {
            "source": self.source,
            "series": f"{self.n_series:,}",
            "steps": f"{self.n_steps:,} of {self.step}",
            "season": f"{self.period} steps",
            "missing": f"{missing:,} in {sum(line.missing > 0 for line in self.series)} series",
            "time zone": self.timezone or "none given",
            **{f"{name} rows": f"{stop - start:,}" for name, (start, stop) in self.splits.items()},
        }


def is_file(data: str) -> bool:
    """Whether `data` means a file rather than a packaged set."""
    return Path(data).suffix != "" or "/" in data or Path(data).is_file()


def split_rows(
    panel: Panel, horizon: int, *, test_share: float, validation_share: float
) -> dict[str, tuple[int, int]]:
    """Rows of train, validation and test: shares of the time axis, in this order.

    Raises:
        InputError: a part is shorter than the horizon, or training than two seasons.
    """
    steps = panel.n_steps
    test = round(steps * test_share)
    validation = round(steps * validation_share)
    train = steps - test - validation
    needed = max(2 * panel.period, horizon)
    shares = validation_share, test_share
    if min(validation, test) < horizon or train < needed:
        total = max(int(np.ceil(horizon / min(shares))), int(np.ceil(needed / (1 - sum(shares)))))
        raise InputError(
            "data",
            f"{steps} steps are too few for a horizon of {horizon} and a season of {panel.period}",
            expected=f"about {total} steps or more",
            remedy="Give more history, or a smaller horizon or period",
        )
    return {
        "train": (0, train),
        "validation": (train, train + validation),
        "test": (train + validation, steps),
    }


def summarise(panel: Panel, named: Named, horizon: int, splits: Mapping[str, tuple[int, int]]) -> DataSummary:
    """Facts of the panel for the report."""
    freq = str(panel.freq)
    return DataSummary(
        **named._asdict(),
        n_series=panel.n_series,
        n_steps=panel.n_steps,
        step=STEP_NAMES.get(freq, freq if isinstance(panel.freq, str) else f"{freq} in the time column"),
        period=panel.period,
        timezone=panel.timezone,
        horizon=horizon,
        splits=dict(splits),
        series=[_line(panel, column) for column in range(panel.n_series)],
    )


def _line(panel: Panel, column: int) -> SeriesLine:
    seen = panel.known[:, column]
    rows = np.flatnonzero(seen)
    if not len(rows):
        return SeriesLine(
            name=panel.series[column], first="–", last="–", observed=0, missing=0, longest_gap=0
        )
    gaps = np.diff(rows) - 1
    return SeriesLine(
        name=panel.series[column],
        first=_stamp(panel, rows[0]),
        last=_stamp(panel, rows[-1]),
        observed=len(rows),
        missing=int(gaps.sum()),
        longest_gap=int(gaps.max(initial=0)),
    )


def _stamp(panel: Panel, row: int) -> str:
    stamp = panel.time[row]
    if not hasattr(stamp, "strftime"):
        return str(stamp)
    if panel.timezone is not None:
        stamp = (
            stamp.tz_localize(panel.timezone)
            if panel.local
            else stamp.tz_localize("UTC").tz_convert(panel.timezone)
        )
    return (
        stamp.strftime("%Y-%m-%d")
        if (stamp.hour, stamp.minute) == (0, 0)
        else stamp.strftime("%Y-%m-%d %H:%M")
    )
