"""Covariates: what else is known of each series - up to now, ahead, or for ever."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import InputError
from .frame_columns import numeric_column
from .gaps import fill_linear
from .missing import Cells


def covariate_array(
    frame: pd.DataFrame, name: str, rows: np.ndarray, series: np.ndarray, cells: Cells
) -> np.ndarray:
    """One covariate column as float32 [T, N].

    Steps without a row (gaps, before and after a series) take the line between their neighbours or
    the nearest value; they matter only where the target is masked.

    Args:
        rows: int64 [R], step of each row of the frame.
        series: int64 [R].
        cells: the target's cells, for their shape and names.

    Raises:
        InputError: not numeric, or missing in some row.
    """
    values = numeric_column(frame, name)
    blank = np.isnan(values)
    if blank.any():
        row = int(np.flatnonzero(blank)[0])
        raise InputError(
            name,
            f"{np.count_nonzero(blank)} covariate value{'s are' if blank.sum() > 1 else ' is'} missing (NaN)",
            where=f"row {row}, series {cells.names[series[row]]!r}",
            expected="a number in every row",
            remedy="Fill the column, or leave it out of past= and future=",
        )
    table = np.zeros(cells.written.shape, np.float32)
    table[rows, series] = values
    return table if cells.written.all() else spread(table, cells.written)


def spread(table: np.ndarray, written: np.ndarray) -> np.ndarray:
    """Fill cells [T, N] that are not written: lines inside, the nearest value at both ends."""
    out = fill_linear(table, written)
    steps = np.arange(len(table))[:, None]
    first = written.argmax(0)
    last = len(table) - 1 - written[::-1].argmax(0)
    columns = np.arange(table.shape[1])
    out = np.where(steps < first, table[first, columns], out)
    return np.where(steps > last, table[last, columns], out)


def static_arrays(
    frame: pd.DataFrame, wanted: Sequence[str], series_codes: np.ndarray, names: Sequence[str]
) -> dict[str, np.ndarray]:
    """Columns that hold one number a series, as float32 [N] by name.

    Raises:
        InputError: not numeric, missing, or changing within a series.
    """
    found = {}
    first = np.unique(series_codes, return_index=True)[1]
    for name in wanted:
        values = numeric_column(frame, name)
        per_series = values[first]
        changing = np.flatnonzero(values != per_series[series_codes])
        if changing.size:
            row = int(changing[0])
            missing = np.isnan(values[row])
            raise InputError(
                name,
                "a static covariate is missing (NaN)"
                if missing
                else "a static covariate changes within a series",
                where=f"row {row}, series {names[series_codes[row]]!r}",
                expected="one number for each series",
                remedy="Fill it" if missing else "Pass it in past= or future= instead of static=",
            )
        found[name] = per_series.astype(np.float32)
    return found
