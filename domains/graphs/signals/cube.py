"""Cube: T steps of F channels at N nodes as people bring them, on the way to signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ....shared.errors import InputError
from ....shared.panels.panel import Panel
from ....shared.panels.read_options import ReadOptions
from ....shared.panels.reading import read_panel
from .signals import Signals, series_names


@dataclass(frozen=True)
class Cube:
    """Raw values with their names; NaN where missing."""

    values: np.ndarray
    """float64 [T, N, F]."""
    nodes: tuple[str, ...]
    channels: tuple[str, ...]
    time: pd.Index | None = None
    """T stamps; None for steps 0 to T-1."""


def read_cube(cube: Cube, options: ReadOptions) -> Panel:
    """The cube as a panel of N * F series, node by node, through the same door as every table.

    Raises:
        InputError: whatever `read_panel` says.
    """
    steps = len(cube.values)
    flat = cube.values.reshape(steps, -1)
    keys = options.as_keywords()
    names = series_names(cube.nodes, cube.channels)
    if cube.time is None:
        return replace(read_panel(flat, **keys), series=names)
    frame = pd.DataFrame(flat, index=pd.Index(cube.time, name="ds"), columns=pd.Index(names))
    return read_panel(frame, **keys)


@dataclass(frozen=True)
class ChannelRoles:
    """Which channels are forecast, and what the others are."""

    forecast: Sequence[str | int] | None = None
    """Names or numbers; None for all that are not named below."""
    past: tuple[str, ...] = ()
    """Known up to now; with none named, all that are neither forecast nor known ahead."""
    future: tuple[str, ...] = ()
    """Known ahead."""


def split_channels(
    panel: Panel, nodes: Sequence[str], channels: Sequence[str], roles: ChannelRoles
) -> Signals:
    """Signals of the channels to forecast, with the others as covariates.

    Covariates cannot be masked: where one is missing it keeps its last value (its first one before that).

    Raises:
        InputError: a channel that is not there, or none left to forecast.
    """
    count = len(channels)
    ahead, past = _numbers(channels, roles.future), _numbers(channels, roles.past)
    rest = [number for number in range(count) if number not in ahead and number not in past]
    numbers = rest if roles.forecast is None else _numbers(channels, roles.forecast)
    if not numbers or set(numbers) & {*ahead, *past}:
        expected = f"some of {', '.join(channels)}"
        raise InputError("channels", "none is left to forecast", expected=expected)
    past = past or [number for number in rest if number not in numbers]

    def covariates(chosen: Sequence[int]) -> dict[str, np.ndarray]:
        tables = {}
        for number in chosen:
            columns = slice(number, None, count)
            table = last_known(panel.values[:, columns], panel.observed[:, columns])
            tables[channels[number]] = np.repeat(table, len(numbers), axis=1)
        return tables

    series = (np.arange(len(nodes))[:, None] * count + np.array(numbers)).ravel()
    targets = tuple(channels[number] for number in numbers)
    names = series_names(tuple(nodes), targets)
    panel = replace(
        panel.select_series(series), past=covariates(past), future=covariates(ahead), series=names
    )
    return Signals(panel, tuple(nodes), targets)


def last_known(values: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """float32 [T, N] where cells that were not observed repeat the last value, or the first to come."""
    rows = np.where(observed, np.arange(len(values))[:, None], -1)
    rows = np.maximum.accumulate(rows, axis=0)
    rows = np.where(rows < 0, observed.argmax(0), rows)
    return np.ascontiguousarray(np.take_along_axis(values, rows, axis=0))


def _numbers(channels: Sequence[str], wanted: Sequence[str | int]) -> list[int]:
    numbers = []
    for channel in wanted:
        if isinstance(channel, int | np.integer) and 0 <= channel < len(channels):
            numbers.append(int(channel))
        elif channel in channels:
            numbers.append(list(channels).index(str(channel)))
        else:
            raise InputError(
                "channels", f"{channel!r} is not there", expected=f"some of {', '.join(channels)}"
            )
    return numbers


def forecast_channels(
    signals: Signals, channels: Sequence[str | int], *, others_as_past: bool = False
) -> Signals:
    """Signals of some of their channels; the others are left out, or become past covariates.

    Raises:
        InputError: a channel that is not there.
    """
    numbers = _numbers(signals.channels, channels)
    first = signals.panel.select_series(np.arange(signals.n_nodes) * signals.n_channels)
    kept = split_channels(
        replace(signals.panel, past={}, future={}, static={}),
        signals.nodes,
        signals.channels,
        ChannelRoles(numbers),
    )
    count = len(numbers)

    def again(tables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: np.repeat(table, count, axis=-1) for name, table in tables.items()}

    panel = replace(
        kept.panel,
        past=again(first.past) | (kept.panel.past if others_as_past else {}),
        future=again(first.future),
        static=again(first.static),
    )
    return replace(kept, panel=panel)
