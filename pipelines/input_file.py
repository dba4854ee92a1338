"""Series from a file of the user's: CSV, Parquet or NetCDF, long or wide, read into what `read_panel` takes."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..shared.errors import InputError
from .csv_lines import as_numbers, check_lines, check_widths

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet", ".nc")
USUAL_IDS = ("unique_id", "item_id", "series_id", "id")
USUAL_TIMES = ("ds", "timestamp", "date", "datetime", "time")
USUAL_TARGETS = ("y", "target", "value")


@dataclass(frozen=True)
class Columns:
    """Which column means what; None leaves it to the usual names."""

    id_col: str | None = None
    time_col: str | None = None
    target_col: str | None = None
    past: tuple[str, ...] = ()
    future: tuple[str, ...] = ()
    static: tuple[str, ...] = ()


@dataclass(frozen=True)
class InputFile:
    """What a file held, in words that `read_panel` and `Forecaster` take."""

    data: Any
    """Long or wide DataFrame, or xarray Dataset."""
    keys: dict[str, Any] = field(default_factory=dict)
    """id_col, time_col and target_col of a long frame; empty otherwise."""


def read_input(
    path: Path,
    columns: Columns | None = None,
    *,
    missing: str = "raise",
    dedupe: str | None = None,
    need_target: bool = True,
) -> InputFile:
    """Read a file of series.

    A frame with a target column (named, or one of the usual names) is long; one with a time column and
    otherwise only numbers is wide, a series a column.

    Args:
        need_target: False for a file of future covariates.

    Raises:
        InputError: the file cannot be read, or its columns are not told.
        InputErrors: every mistake in the lines of a CSV.
    """
    columns = columns or Columns()
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(str(path), f"files ending in {suffix or 'nothing'} are not read", expected=" or ".join(SUFFIXES))
    if not path.is_file():
        raise InputError(str(path), "there is no such file", remedy="Check the path")
    if suffix == ".nc":
        return InputFile(_read_netcdf(path))
    frame = _read_csv(path) if suffix == ".csv" else _read_parquet(path)
    id_col = _choose(frame, columns.id_col, USUAL_IDS, "--id-col")
    time_col = _choose(frame, columns.time_col, USUAL_TIMES, "--time-col") or _first_dates(frame, path)
    target = _choose(frame, columns.target_col, USUAL_TARGETS, "--target-col")
    covariates = [*columns.past, *columns.future]
    for name in (*covariates, *columns.static):
        _choose(frame, name, (), "covariate")
    if target is None and id_col is not None and need_target:
        raise InputError("--target-col", f"no column of {path.name} is called {' or '.join(USUAL_TARGETS)}",
                         expected=f"one of {', '.join(map(str, frame.columns))}")  # fmt: skip
    if target is None and need_target:
        return InputFile(_wide(frame, time_col, suffix, missing, dedupe, path))
    numbers = [*([target] if target and need_target else []), *covariates]
    if suffix == ".csv":
        check_lines(frame, id_col=id_col, time_col=time_col, values=numbers, missing=missing, dedupe=dedupe)
        frame = _with_numbers(frame, numbers, time_col)
        for name in columns.static:
            frame[name] = as_numbers(frame[name])
    keep = [name for name in (id_col, time_col, *numbers, *columns.static) if name is not None]
    keys = {"id_col": id_col, "time_col": time_col, "target_col": target or USUAL_TARGETS[0]}
    return InputFile(frame[list(dict.fromkeys(keep))], keys)


def _read_csv(path: Path) -> pd.DataFrame:
    """All cells as text, so that ids such as 007 and mistakes stay visible."""
    import pandas as pd

    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False, skip_blank_lines=False, encoding="utf-8-sig")
    except pd.errors.EmptyDataError:
        raise InputError(str(path), "the file is empty", expected="a header and rows") from None
    except pd.errors.ParserError as error:
        check_widths(path)
        raise InputError(str(path), f"not a CSV: {' '.join(str(error).split())}") from error
    except (UnicodeDecodeError, OSError) as error:
        raise InputError(str(path), f"cannot be read: {error}", expected="CSV in UTF-8") from error


def _read_parquet(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_parquet(path)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise InputError(str(path), f"cannot be read: {reason}", expected="a Parquet file") from error


def _read_netcdf(path: Path) -> Any:
    import xarray as xr

    try:
        with xr.open_dataset(path) as opened:
            return opened.load()
    except Exception as error:
        reason = " ".join(str(error).split())
        raise InputError(str(path), f"cannot be read: {reason}", expected="a NetCDF file") from error


def _choose(frame: pd.DataFrame, named: str | None, usual: tuple[str, ...], flag: str) -> str | None:
    names = [str(name) for name in frame.columns]
    if named is not None:
        if named not in names:
            near = difflib.get_close_matches(named, names, n=3, cutoff=0.5) or names
            raise InputError(flag, f"no column is called {named!r}", expected=" or ".join(near[:12]))
        return named
    return next((name for name in usual if name in names), None)


def _first_dates(frame: pd.DataFrame, path: Path) -> str:
    """The first column, when it plainly holds times; wide exports often leave it unnamed."""
    import pandas as pd

    name = str(frame.columns[0])
    head = frame[name].head(5)
    if len(head) and head.dtype.kind not in "biuf" and pd.to_datetime(head.astype("str"), errors="coerce", format="mixed", utc=True).notna().all():
        return name
    raise InputError("--time-col", f"no column of {path.name} is called {' or '.join(USUAL_TIMES)}",
                     expected=f"one of {', '.join(map(str, frame.columns))}")  # fmt: skip


def _wide(
    frame: pd.DataFrame, time_col: str, suffix: str, missing: str, dedupe: str | None, path: Path
) -> pd.DataFrame:
    import pandas as pd

    series = [str(name) for name in frame.columns if name != time_col]
    if not series:
        raise InputError("--target-col", f"{path.name} has a time column and nothing else", expected="a column of values")
    if suffix == ".csv":
        check_lines(frame, id_col=None, time_col=time_col, values=series, missing=missing, dedupe=dedupe)
        frame = _with_numbers(frame, series, time_col)
    if frame[time_col].dtype.kind not in "iuM":
        try:
            frame[time_col] = pd.to_datetime(frame[time_col])
        except ValueError as error:
            raise InputError(time_col, "times have different UTC offsets in a wide table",
                             remedy="Give a long table, or times in UTC") from error  # fmt: skip
    return frame.set_index(time_col)


def _with_numbers(frame: pd.DataFrame, columns: list[str], time_col: str) -> pd.DataFrame:
    """Numbers as numbers; times too where all are integers."""
    frame = frame.assign(**{name: as_numbers(frame[name]) for name in columns})
    if frame[time_col].str.fullmatch(r"\s*[+-]?\d+\s*").all():
        frame[time_col] = frame[time_col].astype(np.int64)
    return frame
