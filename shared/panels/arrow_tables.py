"""Data frames of other libraries, through Arrow: polars, DuckDB, pyarrow and their like."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..errors import InputError


def has_dataframe_protocol(data: Any) -> bool:
    """Whether `data` can hand over its columns through Arrow or the data frame interchange."""
    return hasattr(data, "__arrow_c_stream__") or hasattr(data, "__dataframe__")


def from_dataframe_protocol(data: Any) -> pd.DataFrame:
    """Any table with an Arrow stream or an interchange interface as a pandas frame.

    Raises:
        InputError: the table holds nested or otherwise unusable columns.
    """
    import pyarrow as pa

    try:
        if hasattr(data, "__arrow_c_stream__"):
            table = pa.table(data)
        else:
            from pyarrow.interchange import from_dataframe

            table = from_dataframe(data)
        return table.to_pandas(date_as_object=False)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InputError(
            "data",
            f"{type(data).__name__} cannot be read through Arrow: {error}",
            expected="a table of plain columns",
            remedy="Pass .to_pandas() of it",
        ) from error


def like_input(frame: pd.DataFrame, data: Any) -> Any:
    """A result frame in the library of the input `data`: polars for polars, Arrow for Arrow, else pandas."""
    import sys

    library = type(data).__module__.split(".")[0]
    if library == "polars":
        return sys.modules["polars"].from_pandas(frame)
    if library == "pyarrow":
        import pyarrow as pa

        return pa.Table.from_pandas(frame, preserve_index=False)
    return frame
