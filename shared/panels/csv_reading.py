"""Reading CSV files: at full speed when they are sound, line by line to say what is wrong when not."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from ..errors import InputError
from .csv_diagnosis import diagnose_csv
from .csv_dialect import CsvDialect, read_bytes, tell_dialect, without_nameless
from .layout import DEFAULTS, looks_like_dates
from .long_reading import LongColumns
from .panel import Panel
from .read_options import ReadOptions

ReadFrame = Callable[[pd.DataFrame, LongColumns, ReadOptions], Panel]
_NO_VALUE = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]


def read_csv(path: Path, columns: LongColumns, options: ReadOptions, read_frame: ReadFrame) -> Panel:
    """Read a CSV file, long or wide; `read_frame` turns its frame into a panel.

    Ids and dates are read as text, so that "007" and "NA" stay what they are.

    Raises:
        InputErrors: one message for each mistake, with line, column, value and remedy.
        InputError: the file as a whole cannot be read.
    """
    content = read_bytes(path)
    try:
        content, dialect = without_nameless(content, tell_dialect(content, path.name), path.name)
        try:
            return read_frame(_fast_frame(content, dialect, columns, path.name), columns, options)
        except InputError:
            frame = diagnose_csv(content, dialect, columns, options, path.name)
            return read_frame(frame, columns, options)
    except csv.Error as error:  # a field of more than 131,072 characters, as after a quote that never ends
        remedy = "Look for a quote that does not end"
        raise InputError(path.name, f"is not CSV ({error})", remedy=remedy) from None


def _fast_frame(content: bytes, dialect: CsvDialect, columns: LongColumns, name: str) -> pd.DataFrame:
    """The file as a frame by Arrow's parser, which refuses ragged lines."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    id_col, time_col, _ = columns.keys
    as_text = {column: pa.string() for column in (id_col, time_col) if column in dialect.header}
    if time_col not in dialect.header and columns.time_col == DEFAULTS.time_col:
        as_text.update({column: pa.string() for column in dialect.header if looks_like_dates(column)})
    try:
        table = arrow_csv.read_csv(
            io.BytesIO(content),
            read_options=arrow_csv.ReadOptions(
                encoding="utf16" if dialect.encoding == "utf-16" else "utf8",
                column_names=list(dialect.header),
                skip_rows=1,
                use_threads=False,
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=as_text, null_values=_NO_VALUE, decimal_point=dialect.decimal
            ),
        )
    except pa.ArrowInvalid as error:
        raise InputError(name, str(error)) from error
    if table.num_rows == 0:
        raise InputError(name, "the file has a header but no rows", expected="rows below the header")
    frame = table.to_pandas(date_as_object=False)
    sign = dialect.delimiter.encode()
    if sign + b" " in content or b" " + sign in content:
        for column in frame.columns[frame.dtypes == "str"]:
            frame[column] = frame[column].str.strip()
    return frame
