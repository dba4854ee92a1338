"""Arrays [T, N] and [T, N, F] and their files, npz and npy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ....shared.errors import InputError
from ....shared.panels.frequency import parse_frequency, stamps_at
from ..array_files import ARRAY_FAULTS, unreadable_array
from ..sensor_graph.checks import counted
from .cube import Cube


def array_cube(
    values: np.ndarray, channel_names: Sequence[str] | None, start: str | None, freq: str | int | None
) -> Cube:
    """An array as a cube with numbered nodes; times count from 0, or by `freq` from `start`.

    Raises:
        InputError: another shape or type, infinite values, or names that do not fit.
    """
    if values.ndim not in (2, 3) or values.size == 0:
        raise InputError(
            "data", f"the array has shape {values.shape}", expected="(time, node) or (time, node, channel)"
        )
    if values.dtype.kind not in "biuf":
        raise InputError("data", f"the array is of type {values.dtype}", expected="numbers")
    table = values.astype(np.float64).reshape(*values.shape[:2], -1)
    infinite = np.argwhere(np.isinf(table))
    if infinite.size:
        step, node, channel = infinite[0]
        where = f"step {step}, node {node}, channel {channel}"
        raise InputError(
            "data",
            f"{counted(len(infinite), 'value is', 'values are')} infinite",
            where=where,
            expected="finite numbers",
        )
    count = table.shape[2]
    if channel_names is None:
        names = ("y",) if count == 1 else tuple(f"c{number}" for number in range(count))
    else:
        names = tuple(map(str, channel_names))
    if len(names) != count:
        raise InputError(
            "channel_names", f"there are {len(names)}", expected=f"{count}, one for each channel"
        )
    nodes = tuple(str(number) for number in range(table.shape[1]))
    return Cube(table, nodes, names, None if start is None else _calendar(start, freq, len(table)))


def _calendar(start: str, freq: str | int | None, steps: int) -> pd.Index:
    if not isinstance(freq, str):
        raise InputError("freq", "start is a date, but the step is not known", remedy='Pass freq= ("5min")')
    try:
        first = pd.Timestamp(start)
    except ValueError as error:
        raise InputError("start", f"{start!r} is no date", expected="such as 2018-01-01 00:00") from error
    if first.tzinfo is not None:
        raise InputError("start", f"{start!r} has a zone", remedy="Pass it without, and timezone=")
    stamps = stamps_at(parse_frequency(freq), first.as_unit("us").to_datetime64(), np.arange(steps))
    return pd.DatetimeIndex(stamps)


def read_array_file(path: Path, key: str | None = None) -> np.ndarray:
    """The array in an npy file, or under `key` in an npz file: "data" there, or the only one, when None.

    Raises:
        InputError: damaged, no such key, or pickled objects, which are not loaded.
    """
    try:
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if isinstance(archive, np.ndarray):
                return archive
            wanted = key or (
                "data" if "data" in archive.files or len(archive.files) != 1 else archive.files[0]
            )
            if wanted not in archive.files:
                raise InputError(
                    str(path),
                    f"holds no array {wanted!r}",
                    expected=f"one of {', '.join(archive.files) or 'none'}",
                    remedy="Name it with key=",
                )
            return archive[wanted]
    except InputError:
        raise
    except ARRAY_FAULTS as error:
        raise unreadable_array(path, error) from error
