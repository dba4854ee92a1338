"""What a forecast can be asked for: the fields of the JSON body, of the query and of the form."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ....shared.panels.read_options import DedupePolicy, MissingPolicy
from .examples import COLUMNS, RECORDS


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("true and false are no numbers")
    return value


Whole = Annotated[int, BeforeValidator(_no_truth), Field(ge=1)]
Number = Annotated[float, BeforeValidator(_no_truth), Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[tuple[Name, ...], Field(max_length=1000)]
MOST_PROBABILITIES = 100


class ForecastOptions(BaseModel):
    """Model, horizon and how the table is to be read; the same words as the flags of `fourfold forecast`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    model: Name = "tempo-zero"
    """One of GET /v1/models whose task is forecast."""
    horizon: Whole
    """Steps to forecast."""
    levels: Annotated[tuple[Number, ...], Field(max_length=MOST_PROBABILITIES)] = (80.0,)
    """Central intervals in percent."""
    quantiles: Annotated[tuple[Number, ...], Field(max_length=MOST_PROBABILITIES)] = ()
    """Probabilities to forecast besides."""
    id_col: Name = "unique_id"
    """Column of series names; a table without it is one series, or has a column a series."""
    time_col: Name = "ds"
    """Column of times."""
    target_col: Name = "y"
    """Column to forecast."""
    freq: Annotated[str, Field(max_length=40)] | int | None = None
    """Step of the data, such as h, 15min, D, MS; read from the times when not given."""
    period: Annotated[Whole, Field(le=1_000_000)] | None = None
    """Steps in the main season; by the step when not given."""
    timezone: Annotated[str, Field(max_length=80)] | None = None
    """Zone in which times without zone are meant."""
    missing: MissingPolicy | None = None
    """What to do about gaps; raise when not given, for networks on a graph mask, as they read gaps."""
    dedupe: DedupePolicy | None = None
    """Which row counts when a series has two at one time."""
    past_cols: Names = ()
    """Columns of covariates known up to now."""
    static_cols: Names = ()
    """Columns of facts that do not change."""
    pad: Literal["edge"] | None = None
    """Series too short for the model: edge repeats their first value to the left."""
    short: Literal["raise", "skip"] | None = None
    """Series too short for the model: an error, or left out with a note."""
    undirected: bool = False
    """Edges go both ways."""
    signed: bool = False
    """Negative weights of edges are meant; without it they are refused."""
    zero_is_missing: bool = False
    """A 0 means that nothing was measured, as in the files of traffic detectors."""
    size: Literal["small", "paper"] = "small"
    """Sizes of a network that is fitted on the request."""
    lookback: Annotated[Whole, Field(le=10_000)] = 12
    """Steps of context that such a network reads."""
    scaling: Literal["global", "node"] = "global"
    """Mean and deviation of all nodes together, or of each node."""
    profile: bool = False
    """Such a network forecasts deviations from each node's mean at the time of day."""
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
