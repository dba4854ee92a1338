"""Tables on their way to a service, and forecasts on their way back."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...shared.errors import InputError
from ...shared.forecasting.forecast import Forecast
from ...shared.panels.long_frame import key_columns, to_long
from ...shared.panels.panel import Panel
from ...shared.panels.reading import read_panel
from ..service.errors import ServiceError

if TYPE_CHECKING:
    import pyarrow as pa

ARROW = "application/vnd.apache.arrow.stream"
CSV = "text/csv"
_AS_THEY_ARE = {".csv": CSV, ".parquet": "application/vnd.apache.parquet"}
"""Files that a service reads itself."""
_MISFIT = "the answer does not fit the data; is the service of another version?"


@dataclass(frozen=True)
class Part:
    """A table as a file of a form."""

    name: str
    content: bytes
    kind: str

    def file(self) -> tuple[str, bytes, str]:
        """As httpx takes it."""
        return self.name, self.content, self.kind


def part_of(name: str, data: Any, **reading: Any) -> Part:
    """Any table that `read_panel` reads, as one that a service reads.

    Args:
        name: of the field.
        reading: arguments of `read_panel`, for what must be read here first (xarray, arrays, NetCDF).

    Raises:
        InputError: there is no such file, or it is no table.
    """
    if isinstance(data, str | Path):
        path = Path(data).expanduser()
        kind = _AS_THEY_ARE.get(path.suffix.lower())
        if kind is not None:
            return Part(f"{name}{path.suffix.lower()}", read_file(path), kind)
    elif isinstance(data, pd.DataFrame):
        return _arrow_part(name, _flat(data, reading.get("time_col", "ds")))
    return _arrow_part(name, to_long(read_panel(data, **reading)))


def edges_part(graph: Any) -> Part:
    """A graph as a table of edges or an adjacency.

    Raises:
        InputError: there is no such file, or it is no graph.
    """
    if isinstance(graph, str | Path):
        path = Path(graph).expanduser()
        if path.suffix.lower() != ".csv":
            raise InputError(
                "graph", f"{path.name} cannot be sent", expected="a CSV file, a frame, or a SensorGraph"
            )
        return Part("graph.csv", read_file(path), CSV)
    if hasattr(graph, "edge_index") and hasattr(graph, "edge_weight"):
        nodes = np.asarray(graph.nodes)
        senders, receivers = np.asarray(graph.edge_index)
        columns = {"from": nodes[senders], "to": nodes[receivers], "weight": np.asarray(graph.edge_weight)}
        graph = pd.DataFrame(columns)
    if isinstance(graph, pd.DataFrame):
        return Part("graph.csv", graph.to_csv(index=False).encode(), CSV)
    problem = f"{type(graph).__name__} cannot be sent"
    raise InputError("graph", problem, expected="a CSV file, a frame of edges, or a SensorGraph")


def read_file(path: Path) -> bytes:
    """Its bytes.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror or error})") from error


def forecast_of(
    content: bytes, panel: Panel, horizon: int, probabilities: Sequence[float], *, together: bool
) -> Forecast:
    """The answer as the local classes give it, over the history it was made from.

    Args:
        content: an Arrow stream of `Forecast.to_long()`.
        panel: the history as it was read here.
        probabilities: those that were asked for, ascending.
        together: networks forecast all nodes from the last row that any has; else each series from its own.

    Raises:
        ServiceError: the answer belongs to other data.
    """
    frame = _frame(content)
    last = panel.last_rows()
    ends = np.full(panel.n_series, int(last.max())) if together else last
    first = panel.future_time(0, 1)  # any time: only names are looked at
    keys = key_columns(panel, np.arange(panel.n_series), first.repeat(panel.n_series))
    n_keys = keys.shape[1]
    if len(frame) % horizon or frame.shape[1] != n_keys + 1 + len(probabilities):
        raise ServiceError(502, _MISFIT)
    if n_keys > 1:
        place = {str(name): row for row, name in enumerate(keys.iloc[:, 0])}
        present = np.array([place.get(str(name), -1) for name in frame.iloc[::horizon, 0]], dtype=np.int64)
    else:
        present = np.zeros(len(frame) // horizon, dtype=np.int64)
    if (present < 0).any() or len(set(present.tolist())) != len(present):
        raise ServiceError(502, _MISFIT)
    rows = np.full((1, panel.n_series), -1, dtype=np.int64)
    rows[0, present] = ends[present]
    values = np.zeros((1, horizon, panel.n_series, 1 + len(probabilities)), dtype=np.float32)
    numbers = frame.iloc[:, n_keys:].to_numpy(np.float32)
    values[0, :, present] = numbers.reshape(len(present), horizon, -1)
    made = Forecast(
        model=str(frame.columns[n_keys]),
        values=values[..., 0],
        rows=rows,
        panel=panel,
        quantiles=values[..., 1:] if len(probabilities) else None,
        levels=tuple(probabilities),
    )
    _require_same_times(made, frame, n_keys)
    return made


def _require_same_times(made: Forecast, frame: pd.DataFrame, n_keys: int) -> None:
    ours = made.to_long()
    time = ours.columns[n_keys - 1]
    order = ours[time].astype(str).tolist()
    theirs = frame.iloc[:, n_keys - 1]
    if isinstance(ours[time].dtype, pd.DatetimeTZDtype) or ours[time].dtype.kind == "M":
        order = pd.to_datetime(ours[time], utc=True).tolist()
        theirs = pd.to_datetime(theirs, utc=True)
    else:
        theirs = theirs.astype(str)
    names = 0 if n_keys > 1 else None
    left = list(zip(_names(ours, names), order, strict=True))
    right = list(zip(_names(frame, names), theirs.tolist(), strict=True))
    if sorted(left) != sorted(right):
        raise ServiceError(502, _MISFIT)


def _names(frame: pd.DataFrame, column: int | None) -> list[str]:
    return [""] * len(frame) if column is None else frame.iloc[:, column].astype(str).tolist()


def _frame(content: bytes) -> pd.DataFrame:
    import pyarrow as pa
    from pyarrow import ipc

    try:
        with ipc.open_stream(io.BytesIO(content)) as stream:
            return stream.read_all().to_pandas()
    except (pa.ArrowException, OSError) as error:
        raise ServiceError(502, _MISFIT) from error


def _flat(frame: pd.DataFrame, time_col: str) -> pd.DataFrame:
    """With times that stand in the index as columns; only columns travel."""
    if time_col in frame.columns:
        return frame.reset_index(drop=True)
    plain = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    return frame if plain else frame.reset_index()


def _arrow_part(name: str, frame: pd.DataFrame) -> Part:
    import pyarrow as pa

    try:
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    except (pa.ArrowException, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(name, f"holds what no table can carry ({reason})") from error
    return Part(f"{name}.arrows", _stream(table), ARROW)


def _stream(table: pa.Table) -> bytes:
    from pyarrow import ipc

    content = io.BytesIO()
    with ipc.new_stream(content, table.schema) as stream:
        stream.write_table(table)
    return content.getvalue()
