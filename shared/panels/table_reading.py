"""Reading tables of times by series: wide frames, Series and numpy arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import InputError
from .axis_choice import choose_axis
from .duplicates import settle_duplicates
from .frame_columns import numeric_column
from .missing import Cells, settle_missing
from .panel import Panel
from .read_options import ReadOptions
from .table_limit import require_room
from .time_stamps import read_stamps


def read_wide(frame: pd.DataFrame, options: ReadOptions) -> Panel:
    """Read a frame with time in its index and a column a series.

    Raises:
        InputError: a column is not numeric, names repeat, or whatever `read_panel` says.
    """
    if frame.shape[0] == 0 or frame.shape[1] == 0:
        raise InputError("data", f"the table is empty ({frame.shape[0]} x {frame.shape[1]})")
    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        again = next(name for name in names if names.count(name) > 1)
        raise InputError(again, "two columns have this name", remedy="Rename or drop one")
    values = np.stack([numeric_column(frame, name) for name in frame.columns], axis=1)
    field = str(frame.index.name or "ds")
    return read_table(values, pd.Series(frame.index, name=field), names, options)


def read_table(values: np.ndarray, time: pd.Series, names: Sequence[str], options: ReadOptions) -> Panel:
    """Read float64 [T, N] with NaN where missing, T stamps (in any order) and N names."""
    steps, count = values.shape
    stamps = read_stamps(time, options.timezone)
    field = str(time.name)
    series = np.zeros(steps, np.int64)
    kept, _ = settle_duplicates(series, stamps, values[:, 0], options.dedupe, ["all"], field)
    if kept is not None:
        values = _merge_rows(values, stamps.codes, kept, options.dedupe == "mean")
        stamps, series = stamps.take(kept), series[kept]
    axis = choose_axis(stamps, stamps.codes, series, options.freq, field)
    rows = axis.positions[stamps.codes]
    require_room(len(axis.time), count, steps)
    table, written = np.zeros((len(axis.time), count), np.float32), np.zeros((len(axis.time), count), bool)
    table[rows] = values
    written[rows] = True
    observed = written & ~np.isnan(table)
    table[~observed] = 0.0
    cells = Cells(table, observed, written, axis.time, tuple(names), stamps.timezone, axis.local)
    period = options.period_of(axis.freq)
    table, observed, filled = settle_missing(cells, "values", options.missing, period, silent=options.silent)
    return Panel(
        values=table,
        observed=observed,
        time=axis.time,
        series=tuple(names),
        freq=axis.freq,
        period=period,
        timezone=stamps.timezone,
        local=axis.local,
        filled=filled,
    )


def _merge_rows(values: np.ndarray, codes: np.ndarray, kept: np.ndarray, mean: bool) -> np.ndarray:
    """The kept rows of a table, each the mean of all rows of its time if asked."""
    if not mean:
        return values[kept]
    present = ~np.isnan(values)
    totals = np.zeros((int(codes.max()) + 1, values.shape[1]))
    counts = np.zeros_like(totals)
    np.add.at(totals, codes, np.where(present, values, 0.0))
    np.add.at(counts, codes, present)
    means = np.divide(totals, counts, out=np.full_like(totals, np.nan), where=counts > 0)
    return means[codes[kept]]


def read_array(values: np.ndarray, options: ReadOptions) -> Panel:
    """Read numpy [T] or [T, N] on an integer axis 0..T-1; a season comes from `freq` or `period`.

    With a calendar `freq` ("h") the array has a season but no dates: the axis stays 0..T-1.
    """
    if values.ndim not in (1, 2) or values.size == 0:
        raise InputError("data", f"the array has shape {values.shape}", expected="[time] or [time, series]")
    table = pd.DataFrame(values if values.ndim == 2 else values[:, None])
    table.columns = ["y"] if values.ndim == 1 else [f"y{number}" for number in range(values.shape[1])]
    table.index.name = "step"
    if isinstance(options.freq, str):
        period = options.period_of(options.freq)
        options = ReadOptions(1, period, options.missing, options.dedupe, silent=options.silent)
    return read_wide(table, options)
