"""A table of covariates known ahead, as people keep it beside their data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..shared.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def read_future(
    source: Path | pd.DataFrame, id_col: str, time_col: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The table and the names of its covariates: all columns but those of series and time.

    Args:
        source: a file, or the table itself.

    Raises:
        InputError: the file cannot be read or holds no covariate.
    """
    frame = _read(source, id_col) if isinstance(source, Path) else source
    names = tuple(str(name) for name in frame.columns if name not in (id_col, time_col))
    if not names:
        shown = source.name if isinstance(source, Path) else "the table"
        raise InputError(
            "--future",
            f"{shown} has no column besides {id_col} and {time_col}",
            expected="at least one covariate",
        )
    return frame, names


def _read(path: Path, id_col: str) -> pd.DataFrame:
    import pandas as pd

    if not path.is_file():
        raise InputError("--future", f"there is no file {path}", remedy="Check the path")
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise InputError(
            "--future", f"{path.name} ends in {suffix or 'nothing'}", expected=".csv or .parquet"
        )
    try:
        return pd.read_csv(path, dtype={id_col: "str"}) if suffix == ".csv" else pd.read_parquet(path)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise InputError("--future", f"{path.name} cannot be read: {reason}") from error
