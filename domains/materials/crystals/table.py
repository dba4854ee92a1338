"""Tables of crystals, a row each: `material_id, cif, property…` as CSV, feather or parquet."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ....shared.errors import InputError, InputErrors
from .checks import no_crystals, unique_ids

if TYPE_CHECKING:
    import pandas as pd

ID_COLUMN = "material_id"
CIF_COLUMN = "cif"
TABLE_ENDINGS = (".csv", ".csv.gz", ".feather", ".parquet")


@dataclass(frozen=True)
class CrystalTable:
    """Rows of a table, not read as crystals yet."""

    ids: list[str]
    texts: list[str]
    """CIF text of each row; "" where the table has none."""
    properties: dict[str, np.ndarray]
    """float64 [rows] by name; NaN where the table has none."""


def is_table(path: Path) -> bool:
    """Whether a file is read as a table, by its ending."""
    return path.name.lower().endswith(TABLE_ENDINGS)


def read_table(path: Path, properties: Sequence[str]) -> CrystalTable:
    """The rows of a CSV, feather or parquet file.

    Raises:
        InputError: it cannot be read, or as `table_of` says.
    """
    import pandas as pd

    try:
        if path.name.lower().endswith((".csv", ".csv.gz")):
            # Names stay as written: 007 is no number, and "NA" may be one.
            frame = pd.read_csv(path, dtype={ID_COLUMN: str}, keep_default_na=False, na_values=[""])
        else:
            frame = pd.read_feather(path) if path.suffix.lower() == ".feather" else pd.read_parquet(path)
    except FileNotFoundError as error:
        raise InputError(str(path), "is not there") from error
    except (OSError, ValueError, UnicodeDecodeError) as error:
        expected = "a table with columns material_id, cif and properties"
        reason = str(error).splitlines()[0]
        raise InputError(str(path), f"cannot be read ({reason})", expected=expected) from error
    return table_of(frame, properties, source=path.name)


def table_of(frame: pd.DataFrame, properties: Sequence[str], *, source: str = "table") -> CrystalTable:
    """The rows of a data frame; without a column material_id the row numbers are the names.

    Args:
        properties: columns to take; each must be there and hold numbers (empty: not known).
        source: how to call the table in a message.

    Raises:
        InputError: a column is missing, a value is no number, a name is there twice, or there is no row.
    """
    if CIF_COLUMN not in frame.columns:
        raise _missing(CIF_COLUMN, frame, source)
    if not len(frame):
        raise no_crystals(source)
    ids = [str(name) for name in (frame[ID_COLUMN] if ID_COLUMN in frame.columns else range(len(frame)))]
    nameless = [row for row, name in enumerate(ids) if name in ("", "nan", "None", "<NA>")]
    if nameless:
        raise InputError(ID_COLUMN, "is empty", where=f"{source}, row {nameless[0]}", expected="a name")
    unique_ids(ids)
    values, problems = {}, []
    for name in dict.fromkeys(properties):
        try:
            values[name] = _numbers(frame, name, ids, source)
        except InputError as problem:
            problems.append(problem)
    if problems:
        raise InputErrors(problems)
    texts = [text if isinstance(text, str) else "" for text in frame[CIF_COLUMN]]
    return CrystalTable(ids, texts, values)


def _missing(name: str, frame: pd.DataFrame, source: str) -> InputError:
    columns = [str(column) for column in frame.columns]
    near = difflib.get_close_matches(name, columns, n=1)
    return InputError(
        name,
        f"is no column of {source}",
        expected=f"one of {', '.join(columns)}",
        remedy=f"Did you mean {near[0]}" if near else None,
    )


def _plain(value: Any) -> Any:
    """Without NumPy's name around it."""
    return value.item() if isinstance(value, np.generic) else value


def _numbers(frame: pd.DataFrame, name: str, ids: Sequence[str], source: str) -> np.ndarray:
    """A column as float64, NaN where it is empty."""
    import pandas as pd

    if name not in frame.columns or name in (ID_COLUMN, CIF_COLUMN):
        raise _missing(name, frame.drop(columns=[ID_COLUMN, CIF_COLUMN], errors="ignore"), source)
    column = frame[name]
    values = pd.Series(pd.to_numeric(column, errors="coerce")).to_numpy(np.float64, na_value=np.nan)
    empty = column.isna().to_numpy() | (column.astype(str).str.strip().str.lower().isin(["", "nan", "na"]))
    wrong = np.flatnonzero((~np.isfinite(values)) & ~np.asarray(empty))
    if len(wrong):
        row = wrong[0]
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise InputError(
            name,
            f"is {_plain(column.iloc[row])!r}{more}",
            where=f"{source}, row {row} ({ids[row]})",
            expected="a finite number, or nothing where it is not known",
        )
    return values
