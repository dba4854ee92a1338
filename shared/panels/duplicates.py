"""Duplicate rows: the same series and time twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import InputError
from .missing import label_time
from .read_options import DedupePolicy
from .time_stamps import Stamps

LISTED = 5


def settle_duplicates(
    series_codes: np.ndarray,
    stamps: Stamps,
    values: np.ndarray,
    dedupe: DedupePolicy | None,
    names: Sequence[str],
    field: str,
) -> tuple[np.ndarray | None, np.ndarray]:
    """Rows to keep (None for all) and values, after duplicates were settled by `dedupe`.

    Args:
        series_codes: int64 [R].
        stamps: time of each row.
        values: float64 [R].
        dedupe: None raises, "first" or "last" keeps that row, "mean" averages into the first.

    Raises:
        InputError: there are duplicates and `dedupe` is None.
    """
    key = series_codes * stamps.distinct.size + stamps.codes
    if np.all(key[1:] > key[:-1]):
        return None, values
    order = np.argsort(key, kind="stable")
    again = np.concatenate([[False], key[order][1:] == key[order][:-1]])
    if not again.any():
        return None, values
    if dedupe is None:
        _raise_duplicates(series_codes, stamps, order[again], names, field)
    starts = np.flatnonzero(~again)
    ends = np.append(starts[1:], order.size) - 1
    kept = order[ends if dedupe == "last" else starts]
    if dedupe == "mean":
        values = values.copy()
        values[kept] = _group_means(values[order], starts)
    kept = np.sort(kept)
    return kept, values


def _group_means(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Mean of the present values of each group; NaN when none is present."""
    present = ~np.isnan(values)
    totals = np.add.reduceat(np.where(present, values, 0.0), starts)
    counts = np.add.reduceat(present.astype(np.int64), starts)
    return np.divide(totals, counts, out=np.full(starts.size, np.nan), where=counts > 0)


def _raise_duplicates(
    series_codes: np.ndarray, stamps: Stamps, rows: np.ndarray, names: Sequence[str], field: str
) -> None:
    first = rows[:LISTED]
    times = [label_time(stamp, stamps.timezone) for stamp in stamps.distinct[stamps.codes[first]]]
    listed = [f"({names[int(series_codes[row])]}, {time})" for row, time in zip(first, times, strict=True)]
    remedy = 'Pass dedupe="first", "last" or "mean" (in the shell: --dedupe first), or aggregate first'
    more = f" and {rows.size - LISTED} more" if rows.size > LISTED else ""
    raise InputError(
        field,
        f"{rows.size} row{'s repeat' if rows.size > 1 else ' repeats'} a series and time",
        where=", ".join(listed) + more,
        expected="one row for each series and time",
        remedy=remedy,
    )
