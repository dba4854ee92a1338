"""Forecasts as they leave: JSON columns, CSV, Parquet or an Arrow stream."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import Response
from pydantic import BaseModel, ConfigDict

from ..notes import notes_header
from .examples import ANSWER
from .options import ForecastOptions
from .tables import ARROW, CSV, JSON, PARQUET

if TYPE_CHECKING:
    import pandas as pd

    from ....shared.forecasting.forecast import Forecast

OFFERED = (JSON, CSV, PARQUET, ARROW)


class ForecastAnswer(BaseModel):
    """The JSON answer: the columns of a long table."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANSWER]})

    model: str
    horizon: int
    freq: str | int
    """Step of the data."""
    levels: list[float]
    columns: list[str]
    """Names of series and times as in the data, the forecast under its model's name, then quantiles, such as
    `tempo-zero-lo-80`, in ascending order."""
    data: dict[str, list[Any]]
    """By column: a value a series and step."""
    notes: list[str]
    """What was noticed about the data."""


def respond(kind: str, options: ForecastOptions, forecast: Forecast, notes: list[str]) -> Response:
    """The forecast in one of the kinds offered.

    Raises:
        InputError: a column of names or times is called as one of the forecast is.
    """
    if kind == JSON:
        return Response(_json(options, forecast, notes), media_type=JSON)
    frame, headers = forecast.to_long(), notes_header(notes)
    if kind == CSV:
        return Response(frame.to_csv(index=False), media_type=CSV, headers=headers)
    content = io.BytesIO()
    if kind == PARQUET:
        frame.to_parquet(content, index=False)
    else:
        _write_arrow(frame, content)
    return Response(content.getvalue(), media_type=kind, headers=headers)


def _json(options: ForecastOptions, forecast: Forecast, notes: list[str]) -> str:
    columns = {str(name): plain(column) for name, column in forecast.long_columns(lists=True).items()}
    answer = {
        "model": options.model,
        "horizon": forecast.horizon,
        "freq": forecast.panel.freq,
        "levels": list(options.levels),
        "columns": list(columns),
        "data": columns,
        "notes": notes,
    }
    return json.dumps(answer, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def plain(column: pd.Series | pd.Index | np.ndarray | list[str]) -> list[Any]:
    """A column as JSON holds it; times in ISO 8601."""
    import pandas as pd

    if isinstance(column, list):
        return column
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return [stamp.isoformat() for stamp in column]
    if column.dtype.kind == "M":
        return _iso(np.asarray(column)).tolist()
    return column.tolist() if column.dtype.kind in "fiub" else [str(value) for value in column]


def _iso(stamps: np.ndarray) -> np.ndarray:
    """Dates where all are midnights, else times to the second or as fine as they are."""
    for unit in ("D", "s", "ms", "us"):
        coarse = stamps.astype(f"M8[{unit}]")
        if (coarse == stamps).all():
            return np.datetime_as_string(coarse)
    return np.datetime_as_string(stamps)


def _write_arrow(frame: pd.DataFrame, file: io.BytesIO) -> None:
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    with pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)
