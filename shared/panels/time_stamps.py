"""Time stamps as people bring them (dates, zones, strings, integers), read to plain arrays and back."""

from __future__ import annotations

import datetime
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.tseries.api import guess_datetime_format

from ..errors import InputError

_REMEDY = "Use ISO dates such as 2026-01-31 14:00, or integers"


@dataclass(frozen=True)
class TimeFormat:
    """How a time column looked, so that new stamps can be written the same way."""

    kind: Literal["datetime", "integer", "string", "date", "period"]
    dtype: Any
    pattern: str | None = None
    """strftime pattern of strings."""

    def restore(self, time: pd.Index, timezone: str | None, *, local: bool) -> Any:
        """Stamps of a panel's axis as the input's column held them (an Index or object array)."""
        if self.kind == "integer":
            return time.astype(self.dtype)
        zoned = to_zone(pd.DatetimeIndex(time), timezone, local=local)
        if self.kind == "string":
            return pd.Index(zoned.strftime(self.pattern or "%Y-%m-%d %H:%M:%S")).astype(self.dtype)
        if self.kind == "date":
            return pd.Index(zoned.date, dtype=object)
        if self.kind == "period":
            return zoned.to_period(self.dtype.freq)
        return zoned.astype(self.dtype)


@dataclass(frozen=True)
class Stamps:
    """A time column as codes into its distinct values."""

    codes: np.ndarray
    """int64 [R], place of each row's stamp in `distinct`."""
    distinct: np.ndarray
    """datetime64 (UTC when `timezone` is set) or int64 [U], sorted, distinct."""
    timezone: str | None
    form: TimeFormat

    def take(self, rows: np.ndarray) -> Stamps:
        """Only the stamps of `rows` (int64)."""
        distinct, codes = np.unique(self.codes[rows], return_inverse=True)
        return Stamps(codes, self.distinct[distinct], self.timezone, self.form)


def to_zone(time: pd.DatetimeIndex, timezone: str | None, *, local: bool) -> pd.DatetimeIndex:
    """Axis stamps with their time zone put back; unchanged for panels without one."""
    if timezone is None:
        return time
    if local:
        return time.tz_localize(timezone, ambiguous=np.ones(len(time), bool), nonexistent="shift_forward")
    return time.tz_localize("UTC").tz_convert(timezone)


def read_stamps(column: pd.Series, timezone: str | None = None) -> Stamps:
    """Read a time column of any usual kind.

    Args:
        column: R stamps; its name is used in messages.
        timezone: zone in which stamps without zone are meant.

    Raises:
        InputError: a stamp is missing, cannot be read, or is ambiguous in the zone.
    """
    field = str(column.name)
    kind = column.dtype.kind
    if isinstance(column.dtype, pd.CategoricalDtype):
        column, kind = column.astype(column.dtype.categories.dtype), column.dtype.categories.dtype.kind
    codes, distinct = pd.factorize(column, sort=False)
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise InputError(
            field,
            f"{np.count_nonzero(codes < 0)} time stamps are missing",
            where=f"row {row}",
            expected="a date or an integer",
            remedy="Drop or fill these rows",
        )
    distinct = pd.Index(distinct)
    if kind in "iu":
        form, stamps, zone = TimeFormat("integer", column.dtype), distinct.to_numpy(np.int64), None
    elif isinstance(column.dtype, pd.PeriodDtype):
        form, zone = TimeFormat("period", column.dtype), None
        stamps = pd.PeriodIndex(distinct).to_timestamp().to_numpy()
    else:
        form, index = _read_dates(column, distinct, field)
        stamps, zone = _to_utc(index, timezone, field)
    order = np.argsort(stamps, kind="stable")
    stamps = stamps[order]
    place = np.cumsum(np.concatenate([[0], stamps[1:] != stamps[:-1]]))
    back = np.empty(order.size, np.int64)
    back[order] = place
    return Stamps(back[codes], stamps[np.unique(place, return_index=True)[1]], zone, form)


def _read_dates(column: pd.Series, distinct: pd.Index, field: str) -> tuple[TimeFormat, pd.DatetimeIndex]:
    """Distinct stamps as dates, and the form to write them back in."""
    if isinstance(distinct, pd.DatetimeIndex) and column.dtype.kind == "M":
        return TimeFormat("datetime", column.dtype), distinct
    if str(column.dtype).startswith(("timestamp", "date32", "date64")):
        return TimeFormat("datetime", column.dtype), pd.DatetimeIndex(distinct.astype("datetime64[us]"))
    first = distinct[0] if len(distinct) else ""
    if isinstance(first, datetime.date) and not isinstance(first, datetime.datetime):
        return TimeFormat("date", column.dtype), _parse(distinct, None, field)
    if isinstance(first, datetime.datetime | np.datetime64):
        return TimeFormat("datetime", object), _parse(distinct, None, field)
    if not isinstance(first, str):
        raise InputError(
            field, f"{column.dtype} values are not times", where="row 0", expected=_REMEDY[4:].lower()
        )
    pattern = _guess_pattern(first)
    return TimeFormat("string", column.dtype, pattern), _parse(distinct, pattern, field)


def _guess_pattern(text: str) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas warns when it sees a day above 12 first; the guess is right
        return guess_datetime_format(text)


def _parse(distinct: pd.Index, pattern: str | None, field: str) -> pd.DatetimeIndex:
    """Dates of strings or objects; the first that is none is named."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for attempt in (pattern, "ISO8601", "mixed"):
            try:
                return pd.DatetimeIndex(pd.to_datetime(distinct, format=attempt))
            except (ValueError, TypeError, OverflowError):
                continue
        bad = pd.isna(pd.to_datetime(distinct, format="mixed", errors="coerce", utc=True))
    wrong = distinct[bad][0] if bad.any() else distinct[0]
    raise InputError(field, f"{wrong!r} is not a date", where=str(wrong), expected="dates", remedy=_REMEDY)


def _to_utc(index: pd.DatetimeIndex, timezone: str | None, field: str) -> tuple[np.ndarray, str | None]:
    """datetime64 in UTC (or as they are when no zone is known), and the zone's name."""
    if index.tz is None and timezone is not None:
        try:
            index = index.tz_localize(timezone)
        except (ValueError, KeyError) as error:
            raise InputError(
                field,
                f"some times cannot be placed in {timezone}: {error}",
                expected="times that exist once in their zone",
                remedy="Pass times with their UTC offset",
            ) from error
    if index.tz is None:
        return index.to_numpy(), None
    return index.tz_convert("UTC").tz_localize(None).to_numpy(), str(index.tz)
