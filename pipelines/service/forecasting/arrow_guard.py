"""Parquet and Arrow as clients send them: counted before they expand, refused where they would burst."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ....shared.errors import InputError
from ..errors import ServiceError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MOST_TEXT = 1_000
"""Characters of one cell."""


def read_parquet(content: bytes, name: str, cells: int) -> pd.DataFrame:
    """A Parquet file as a frame.

    Args:
        name: of the field, for sentences.
        cells: rows x columns at most.

    Raises:
        ServiceError: 413, it would expand beyond the limit.
        InputError: it is damaged, or holds columns that are no numbers, texts or times.
    """
    from pyarrow import parquet

    with _told(name, "Parquet"):
        # Texts stay as they are written, one copy of each: a small file can repeat a long one very often.
        file = parquet.ParquetFile(io.BytesIO(content), **_careful(content))
        _require_size(file.metadata.num_rows, file.metadata.num_columns, name, cells)
        groups = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
        _require_bytes(sum(group.total_byte_size for group in groups), name, cells)
        return _frame(file.read(use_threads=False), name, cells)


def read_arrow(content: bytes, name: str, cells: int) -> pd.DataFrame:
    """An Arrow IPC stream as a frame; arguments and errors as for `read_parquet`.

    Raises:
        InputError: also when its buffers are compressed, as they do not say truly how large they become.
    """
    import pyarrow as pa

    with _told(name, "an Arrow stream"):
        _refuse_compressed(content, name)
        with pa.ipc.open_stream(content) as stream:
            _require_size(0, len(stream.schema), name, cells)
            rows, batches = 0, []
            for batch in stream:
                rows += batch.num_rows
                _require_size(rows, batch.num_columns, name, cells)
                batch.validate(full=True)
                batches.append(batch)
            return _frame(pa.Table.from_batches(batches, stream.schema), name, cells)


def _careful(content: bytes) -> dict[str, Any]:
    """Arguments that keep texts in dictionaries and refuse overlong headers."""
    from pyarrow import parquet

    limits: dict[str, Any] = {
        "thrift_string_size_limit": len(content) + 1,
        "thrift_container_size_limit": 1_000_000,
    }
    with parquet.ParquetFile(io.BytesIO(content), **limits) as file:
        texts = [
            column.path
            for column in (file.schema.column(n) for n in range(len(file.schema)))
            if column.physical_type == "BYTE_ARRAY"
        ]
    return {**limits, "read_dictionary": texts}


def _require_size(rows: int, columns: int, name: str, cells: int) -> None:
    if rows * max(columns, 1) > cells or columns > cells:
        raise ServiceError(
            413, f"{name} has {rows:,} rows and {columns:,} columns; at most {cells:,} cells are taken"
        )


def _require_bytes(size: int, name: str, cells: int) -> None:
    most = 64 * cells
    if size > most or size < 0:
        raise ServiceError(413, f"{name} would expand to {size:,} bytes; at most {most:,} are taken")


def _frame(table: pa.Table, name: str, cells: int) -> pd.DataFrame:
    """The table in pandas, when every column is of a plain kind and no text is a book."""
    import pyarrow as pa

    if len(set(table.column_names)) < table.num_columns:
        twice = next(column for column in table.column_names if table.column_names.count(column) > 1)
        raise InputError(twice, "two columns have this name", remedy="Rename or drop one")
    _require_size(table.num_rows, table.num_columns, name, cells)
    for column, kind in zip(table.column_names, table.schema.types, strict=True):
        inner = kind.value_type if pa.types.is_dictionary(kind) else kind
        if not _is_plain(inner):
            expected = "numbers, texts or times"
            raise InputError(column, f"is a column of {str(kind)[:80]}", expected=expected)
        if _is_text(inner):
            _require_short_texts(table.column(column), column)
    plain = table.replace_schema_metadata(None)
    return plain.to_pandas(date_as_object=False, ignore_metadata=True, use_threads=False)


def _is_plain(kind: pa.DataType) -> bool:
    from pyarrow import types

    numbers = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    times = types.is_timestamp(kind) or types.is_date(kind)
    return numbers or times or types.is_boolean(kind) or _is_text(kind)


def _is_text(kind: pa.DataType) -> bool:
    from pyarrow import types

    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)


def _require_short_texts(column: pa.ChunkedArray, name: str) -> None:
    import pyarrow as pa
    import pyarrow.compute as compute

    for chunk in column.chunks:
        texts = chunk.dictionary if isinstance(chunk, pa.DictionaryArray) else chunk
        lengths = compute.call_function("binary_length", [texts.cast(pa.large_string())])
        longest = compute.call_function("max", [lengths]).as_py()
        if longest is not None and longest > MOST_TEXT:
            expected = f"at most {MOST_TEXT:,}"
            raise InputError(name, f"holds a text of {longest:,} bytes", expected=expected)


@contextmanager
def _told(name: str, kind: str) -> Iterator[None]:
    """Whatever the readers find wrong, in one sentence."""
    import pyarrow as pa

    try:
        yield
    except InputError:
        raise
    except (
        pa.ArrowException,
        OSError,
        ValueError,
        OverflowError,
        struct.error,
        NotImplementedError,
    ) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(name, f"is not {kind} ({reason})", remedy="Write it anew") from None


def _refuse_compressed(content: bytes, name: str) -> None:
    """Look into the messages of a stream for compressed buffers, without expanding any.

    A message is a flatbuffer: its table's field 2 is the header, of the type in field 1; of a record
    batch field 3, of a dictionary batch that of the record batch in field 1, says how it is compressed.
    """
    import pyarrow as pa

    stream = pa.BufferReader(content)
    while True:
        try:
            message = pa.ipc.read_message(stream)
        except EOFError:
            return
        flat = message.metadata.to_pybytes()
        header = _Table.root(flat).table(2)
        if header is not None and message.type == "dictionary":
            header = header.table(1)
        if header is not None and message.type != "schema" and header.place(3) is not None:
            remedy = "Write the stream without compression"
            raise InputError(name, "its buffers are compressed, which is not read here", remedy=remedy)


class _Table:
    """A table of a flatbuffer: fields are found through a table of offsets."""

    def __init__(self, flat: bytes, start: int) -> None:
        self.flat, self.start = flat, start

    @classmethod
    def root(cls, flat: bytes) -> _Table:
        """The outermost table."""
        return cls(flat, struct.unpack_from("<I", flat, 0)[0])

    def place(self, field: int) -> int | None:
        """Where a field lies; None when it is left out."""
        offsets = self.start - struct.unpack_from("<i", self.flat, self.start)[0]
        slot = 4 + 2 * field
        if slot + 2 > struct.unpack_from("<H", self.flat, offsets)[0]:
            return None
        offset = struct.unpack_from("<H", self.flat, offsets + slot)[0]
        return self.start + offset if offset else None

    def table(self, field: int) -> _Table | None:
        """A field that is a table itself."""
        place = self.place(field)
        if place is None:
            return None
        return _Table(self.flat, place + struct.unpack_from("<I", self.flat, place)[0])
