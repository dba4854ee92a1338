"""Channels of tables: wide tables have one, long ones a column each."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ....shared.errors import InputError, InputWarning
from ....shared.panels.panel import Panel
from ....shared.panels.read_options import ReadOptions
from ....shared.panels.reading import read_panel
from .cube import ChannelRoles
from .signals import Signals, series_names


def read_tables(
    content: Any,
    roles: ChannelRoles,
    channel_names: Sequence[str] | None,
    columns: dict[str, str],
    options: ReadOptions,
) -> Signals:
    """Whatever `read_panel` reads as signals; `roles` name value and covariate columns of a long table.

    Raises:
        InputError: channels on different axes, or whatever `read_panel` says.
    """
    targets = [str(name) for name in roles.forecast or (columns["target_col"],)]
    panels = []
    for number, target in enumerate(targets):
        keys: dict[str, Any] = options.as_keywords() | columns | {"target_col": target}
        if number == 0:
            keys |= {"past": roles.past, "future": roles.future}
        with warnings.catch_warnings():
            if len(targets) > 1:  # the other channels are columns that this reading does not use
                warnings.filterwarnings("ignore", "not used: ", InputWarning)
            panels.append(read_panel(content, **keys))
    names = tuple(targets if channel_names is None else map(str, channel_names))
    if len(names) != len(panels):
        raise InputError(
            "channel_names",
            f"{', '.join(names)} are {len(names)} names, but the table has {len(panels)} channel",
            expected="one name for each channel",
            remedy="Name the value columns of a long table with channels=, or pass xarray",
        )
    return Signals(_joined(panels, names), panels[0].series, names)


def _joined(panels: Sequence[Panel], channels: tuple[str, ...]) -> Panel:
    """C panels of N series as one of N * C series, node by node."""
    first = panels[0]
    if len(panels) == 1:
        return first
    for panel, channel in zip(panels, channels, strict=True):
        if panel.series != first.series or not panel.time.equals(first.time):
            raise InputError(channel, f"its nodes or times are not those of {channels[0]}")
    repeated = first.select_series(np.repeat(np.arange(first.n_series), len(panels)))
    shape = first.n_steps, -1
    return replace(
        repeated,
        values=np.stack([panel.values for panel in panels], axis=2).reshape(shape),
        observed=np.stack([panel.observed for panel in panels], axis=2).reshape(shape),
        series=series_names(first.series, channels),
        frame=None,
    )
