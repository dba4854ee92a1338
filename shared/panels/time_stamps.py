"""Time stamps as people bring them (dates, zones, strings, integers), read to plain arrays and back."""

from __future__ import annotations

import datetime
import re
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.tseries.api import guess_datetime_format

from ..errors import InputError, note

_ISO = {"%Y-%m-%d": ("D", None), "%Y-%m-%dT%H:%M:%S": ("s", None), "%Y-%m-%d %H:%M:%S": ("s", " ")}
"""Patterns that numpy writes: to which unit, and with what between date and time."""
_REMEDY = "Use ISO dates such as 2026-01-31 14:00, or integers"
_SECONDS = r"1\d{9}"
"""Seconds since 1970 from 2001 to 2033: no integers that count steps."""


@dataclass(frozen=True)
class TimeFormat:
    """How a time column looked, so that new stamps can be written the same way."""

    kind: Literal["datetime", "integer", "string", "date", "period"]
    dtype: Any
    pattern: str | None = None
    """strftime pattern of strings."""
    mixed: bool = False
    """The strings carry several UTC offsets, which no zone of their own stands for."""

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

    def texts(self, stamps: np.ndarray) -> list[str] | None:
        """What `restore` writes for datetime64 stamps without zone, where it writes ISO 8601; else None."""
        if self.kind != "string" or self.pattern not in _ISO or stamps.dtype.kind != "M":
            return None
        unit, gap = _ISO[self.pattern]
        texts = np.datetime_as_string(stamps.astype(f"M8[{unit}]")).tolist()
        return texts if gap is None else [text.replace("T", gap) for text in texts]


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
        timezone: zone in which stamps without zone are meant, and to which different UTC offsets belong.

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
    elif (counts := _counts(distinct)) is not None:
        form, stamps, zone = TimeFormat("integer", np.dtype(np.int64)), counts, None
    else:
        form, index = _read_dates(column, distinct, field)
        if timezone is None and form.mixed:
            _tell_mixed_offsets(field)
        stamps, zone = _to_utc(index, timezone if form.mixed or index.tz is None else None, field)
    order = np.argsort(stamps, kind="stable")
    stamps = stamps[order]
    place = np.cumsum(np.concatenate([[0], stamps[1:] != stamps[:-1]]))
    back = np.empty(order.size, np.int64)
    back[order] = place
    return Stamps(back[codes], stamps[np.unique(place, return_index=True)[1]], zone, form)


def _counts(distinct: pd.Index) -> np.ndarray | None:
    """Texts of bare integers (a CSV's integer times) as int64; None for all else.

    Digits of one length that dates are written with (2024, 202401, 20240131 ...) stay dates.
    """
    if not all(isinstance(text, str) and re.fullmatch(r"[+-]?\d{1,18}", text) for text in distinct):
        return None
    lengths = {len(text) for text in distinct}
    if len(lengths) == 1 and lengths <= {4, 6, 8, 10, 12, 14}:
        return None
    return np.array([int(text) for text in distinct], dtype=np.int64)


def _read_dates(column: pd.Series, distinct: pd.Index, field: str) -> tuple[TimeFormat, pd.DatetimeIndex]:
    """Distinct stamps as dates, and the form to write them back in."""
    if isinstance(distinct, pd.DatetimeIndex) and column.dtype.kind == "M":
        return TimeFormat("datetime", column.dtype), distinct
    if str(column.dtype).startswith(("timestamp", "date32", "date64")):
        return TimeFormat("datetime", column.dtype), pd.DatetimeIndex(distinct.astype("datetime64[us]"))
    first = distinct[0] if len(distinct) else ""
    if isinstance(first, datetime.date) and not isinstance(first, datetime.datetime):
        return TimeFormat("date", column.dtype), _parse(distinct, field)
    if isinstance(first, datetime.datetime | np.datetime64):
        return TimeFormat("datetime", object), _parse(distinct, field)
    if not isinstance(first, str):
        raise InputError(
            field, f"{column.dtype} values are not times", where="row 0", expected=_REMEDY[4:].lower()
        )
    dates, pattern, mixed = _parse_texts(distinct, field)
    return TimeFormat("string", column.dtype, pattern, mixed), dates


def _parse(distinct: pd.Index, field: str) -> pd.DatetimeIndex:
    """Dates of date objects."""
    try:
        return pd.DatetimeIndex(pd.to_datetime(distinct))
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(
            field, f"some times are not dates: {error}", expected="dates", remedy=_REMEDY
        ) from error


def _parse_texts(texts: pd.Index, field: str) -> tuple[pd.DatetimeIndex, str | None, bool]:
    """Dates of texts that all follow one pattern (or ISO 8601), the pattern, and whether offsets differ.

    Never mixes day-first and month-first: texts that can be read both ways are refused.
    """
    if (texts.str.strip() == "").any():
        raise InputError(field, "some times are empty", expected="a date in every row", remedy=_REMEDY)
    readings = []
    for pattern in _patterns(str(texts[0])):
        try:
            readings.append((pd.DatetimeIndex(pd.to_datetime(texts, format=pattern)), pattern))
        except (ValueError, TypeError, OverflowError):
            continue
    if len(readings) > 1 and not readings[0][0].equals(readings[1][0]):
        raise InputError(
            field,
            f"{texts[0]!r} and the others can be read as day/month or month/day",
            expected="dates that read one way only",
            remedy=_REMEDY,
        )
    if readings:
        return *readings[0], False
    try:
        return pd.DatetimeIndex(pd.to_datetime(texts, format="ISO8601")), None, False
    except (ValueError, TypeError, OverflowError):
        pass
    try:  # offsets that change with daylight saving have no common zone but UTC
        dates = pd.DatetimeIndex(pd.to_datetime(texts, format="ISO8601", utc=True))
        return dates, "%Y-%m-%dT%H:%M:%S%z", True
    except (ValueError, TypeError, OverflowError):
        pass
    if texts.str.fullmatch(_SECONDS).all():
        written = pd.Timestamp(int(texts[0]), unit="s")
        raise InputError(
            field,
            "the times look like seconds since 1970",
            where=repr(texts[0]),
            expected=f"dates such as {written}",
            remedy="Write them as dates, for example with pandas.to_datetime(column, unit='s')",
        )
    good, example = lenient_dates([str(text) for text in texts])
    example = "2026-01-31 14:00" if good.all() else example
    wrong = next((text for text, sound in zip(texts, good, strict=True) if not sound), texts[0])
    raise InputError(
        field,
        f"{wrong!r} is not a date",
        where=repr(wrong),
        expected=f"dates such as {example}",
        remedy=_REMEDY,
    )


def _patterns(text: str) -> list[str]:
    """Patterns that read a text, month first and day first; one when they agree or the year comes first."""
    orders = (False,) if re.match(r"\s*\d{4}", text) else (False, True)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # pandas warns of a day above 12 in the month's place; the guess holds
        guesses = [guess_datetime_format(text, dayfirst=dayfirst) for dayfirst in orders]
    return list(dict.fromkeys(guess for guess in guesses if guess))


def lenient_dates(texts: list[str]) -> tuple[np.ndarray, str]:
    """Which texts read as dates (or integers) by the pattern that suits most, and an example.

    Returns:
        bool [R] and an example for messages.
    """
    column = pd.Series(texts, dtype=object)
    whole = column.str.fullmatch(r"[+-]?\d{1,18}").to_numpy(bool)
    if not whole.all():
        whole = whole & ~column.str.fullmatch(_SECONDS).to_numpy(bool)
    attempts = [whole]
    attempts.append(pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True).notna().to_numpy())
    patterns = {pattern for text in texts[:50] for pattern in _patterns(text)}
    attempts.extend(
        pd.to_datetime(column, format=pattern, errors="coerce", utc=True).notna().to_numpy()
        for pattern in sorted(patterns)
    )
    attempts[1] = attempts[1] & (column.str.len().to_numpy() > 6)
    best = max(attempts, key=np.count_nonzero)
    example = texts[int(best.argmax())] if best.any() else "2026-01-31 14:00"
    return best, example


def _to_utc(index: pd.DatetimeIndex, timezone: str | None, field: str) -> tuple[np.ndarray, str | None]:
    """datetime64 in UTC (or as they are when no zone is known), and the zone's name.

    `timezone` places times without zone, and names the zone of those whose offsets differ.
    """
    if index.tz is None and timezone is not None:
        try:
            index = index.tz_localize(timezone)
        except (ValueError, KeyError) as error:
            placed = index.tz_localize(timezone, nonexistent="NaT", ambiguous="NaT")
            lost = index[placed.isna() & index.notna()]
            raise InputError(
                field,
                f"{len(lost)} times cannot be placed in {timezone}, whose clocks leave out or repeat an hour",
                where=str(lost[0]) if len(lost) else None,
                expected="times that exist once in their zone",
                remedy="Pass times with their UTC offset",
            ) from error
    if index.tz is None:
        return index.to_numpy(), None
    return index.tz_convert("UTC").tz_localize(None).to_numpy(), timezone or str(index.tz)


def _tell_mixed_offsets(field: str) -> None:
    note(
        f"{field}: the times have different UTC offsets, so they are read and written in UTC; "
        "pass timezone=, such as Europe/Berlin (--timezone in the shell), for the zone they belong to"
    )
