"""Reading long frames: one row a series and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError
from .axis_choice import ChosenAxis, choose_axis
from .covariates import covariate_array, static_arrays
from .duplicates import settle_duplicates
from .frame_columns import bare_columns, column_of, numeric_column, require_columns, warn_unused
from .frame_spec import FrameSpec
from .missing import Cells, scatter, settle_missing
from .panel import Panel
from .read_options import ReadOptions
from .table_limit import require_room
from .time_stamps import Stamps, read_stamps

_EXACT_IN_FLOAT32 = ("float32", "float16", "int8", "int16", "uint8", "uint16", "bool")


@dataclass(frozen=True)
class LongColumns:
    """Which column of a long frame means what."""

    id_col: str | None = "unique_id"
    """None for a frame that holds a single series."""
    time_col: str = "ds"
    target_col: str = "y"
    past: tuple[str, ...] = ()
    future: tuple[str, ...] = ()
    static: tuple[str, ...] = ()

    def used(self) -> tuple[str, ...]:
        """All columns that are read, each once."""
        keys = (self.time_col, self.target_col) if self.id_col is None else self.keys
        return tuple(dict.fromkeys((*keys, *self.values)))

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns of name, time and value."""
        return (self.id_col or "unique_id", self.time_col, self.target_col)

    @property
    def values(self) -> tuple[str, ...]:
        """Columns of numbers: the target, then covariates."""
        return (self.target_col, *self.past, *self.future, *self.static)


def read_long(frame: pd.DataFrame, columns: LongColumns, options: ReadOptions) -> Panel:
    """Read a long frame into a panel; see `read_panel` for the arguments.

    Raises:
        InputError: whatever `read_panel` says.
    """
    frame, index, index_names = bare_columns(frame, columns.used())
    require_columns(frame, columns.used())
    warn_unused(frame, columns.used())
    if len(frame) == 0:
        raise InputError(columns.target_col, "there are no rows", remedy="Pass at least a few time steps")
    series, ids = _factorize_ids(frame, columns.id_col)
    names = tuple(str(name) for name in ids)
    stamps = read_stamps(column_of(frame, columns.time_col), options.timezone)
    target = numeric_column(frame, columns.target_col)
    field = ", ".join(filter(None, (columns.id_col, columns.time_col)))
    kept, target = settle_duplicates(series, stamps, target, options.dedupe, names, field)
    if kept is not None:
        frame, index = frame.iloc[kept].reset_index(drop=True), (index[kept] if index is not None else None)
        series, target, stamps = series[kept], target[kept], stamps.take(kept)
    axis = choose_axis(stamps, stamps.codes, series, options.freq, columns.time_col)
    rows = axis.positions[stamps.codes]
    require_room(len(axis.time), len(names), len(frame))
    values, observed, written = scatter(target, rows, series, (len(axis.time), len(names)))
    cells = Cells(values, observed, written, axis.time, names, stamps.timezone, axis.local)
    period = options.period_of(axis.freq)
    values, observed, filled = settle_missing(
        cells, columns.target_col, options.missing, period, silent=options.silent
    )
    return Panel(
        values=values,
        observed=observed,
        time=axis.time,
        series=names,
        freq=axis.freq,
        period=period,
        timezone=stamps.timezone,
        past={name: covariate_array(frame, name, rows, series, cells) for name in columns.past},
        future={name: covariate_array(frame, name, rows, series, cells) for name in columns.future},
        static=static_arrays(frame, columns.static, series, names),
        local=axis.local,
        frame=_spec(frame, columns, ids, stamps, axis, series, index, index_names),
        filled=filled,
    )


def _spec(
    frame: pd.DataFrame,
    columns: LongColumns,
    ids: pd.Index,
    stamps: Stamps,
    axis: ChosenAxis,
    series: np.ndarray,
    index: pd.Index | None,
    index_names: tuple[str, ...],
) -> FrameSpec:
    """What `to_long` needs to give the same frame back."""
    used = columns.used()
    return FrameSpec(
        id_col=columns.id_col,
        time_col=columns.time_col,
        target_col=columns.target_col,
        ids=ids,
        time_format=stamps.form,
        columns=tuple(name for name in frame.columns if name in used),
        dtypes={name: frame[name].dtype for name in columns.values},
        row_time=axis.time.to_numpy()[axis.positions[stamps.codes]],
        row_series=series,
        exact=_exact_columns(frame, columns, stamps),
        index=index,
        index_names=index_names,
    )


def _exact_columns(frame: pd.DataFrame, columns: LongColumns, stamps: Stamps) -> dict[str, Any]:
    """Columns that a float32 panel would round, and dates in the person's writing, kept as they were."""
    names = [name for name in columns.values if str(frame[name].dtype) not in _EXACT_IN_FLOAT32]
    if stamps.form.kind in ("string", "date"):
        names.append(columns.time_col)
    return {name: column_of(frame, name).array for name in names}


def _factorize_ids(frame: pd.DataFrame, id_col: str | None) -> tuple[np.ndarray, pd.Index]:
    """Series codes [R] and ids in order of first appearance."""
    if id_col is None:
        return np.zeros(len(frame), np.int64), pd.Index(["y"])
    codes, ids = pd.factorize(column_of(frame, id_col), sort=False)
    if (codes < 0).any():
        raise InputError(
            id_col,
            f"{np.count_nonzero(codes < 0)} rows have no series id",
            where=f"row {int(np.flatnonzero(codes < 0)[0])}",
            remedy="Fill or drop these rows",
        )
    ids = pd.Index(ids)
    if "" in ids:
        raise InputError(id_col, "a series id is empty", expected="a name", remedy="Fill or drop these rows")
    if len(set(map(str, ids))) < len(ids):
        raise InputError(id_col, "two ids differ in type but not in name", remedy="Give ids of one type")
    return codes.astype(np.int64), ids
