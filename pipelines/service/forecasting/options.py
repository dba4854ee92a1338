"""What a forecast can be asked for: the fields of the JSON body, of the query and of the form."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from ...generation_settings import Count, Number
from ..reading_fields import LONGEST_PERIOD, Name, ReadingFields
from .examples import COLUMNS, RECORDS

MOST_PROBABILITIES = 100


class ForecastOptions(ReadingFields):
    """Model, horizon and how the table is to be read; the same words as the flags of `fourfold forecast`."""

    model: Name = "tempo-zero"
    """One of GET /v1/models whose task is forecast."""
    horizon: Count
    """Steps to forecast."""
    levels: Annotated[tuple[Number, ...], Field(max_length=MOST_PROBABILITIES)] = (80.0,)
    """Central intervals in percent."""
    quantiles: Annotated[tuple[Number, ...], Field(max_length=MOST_PROBABILITIES)] = ()
    """Probabilities to forecast besides."""
    freq: Annotated[str, Field(max_length=40)] | int | None = None
    """Step of the data, such as h, 15min, D, MS; read from the times when not given."""
    period: Annotated[Count, Field(le=LONGEST_PERIOD)] | None = None
    """Steps in the main season; by the step when not given."""
    pad: Literal["edge"] | None = None
    """Series too short for the model: edge repeats their first value to the left."""
    short: Literal["raise", "skip"] | None = None
    """Series too short for the model: an error, or left out with a note."""
    epochs: Annotated[Number, Field(gt=0, le=1000)] = 30.0
    """Times such a network sees the training rows."""


Cell = str | int | float | bool | None
Records = Annotated[list[dict[str, Any]], Field(min_length=1)]
Columns = dict[str, list[Any]]
Table = Annotated[
    Records | Columns,
    Field(description="A list of rows, or an object of columns; null is a missing value"),
]


class ForecastBody(ForecastOptions):
    """The JSON body: options and tables."""

    model_config = ConfigDict(json_schema_extra={"examples": [COLUMNS, RECORDS]})

    data: Table
    """The history: a row a series and time, or without an id column a column a series."""
    future: Table | None = None
    """Covariates known ahead, for the steps to forecast; its columns must be in the data too."""
    graph: Table | None = None
    """Edges (from, to, weight), for networks on a graph."""
