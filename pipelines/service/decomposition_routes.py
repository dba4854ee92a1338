"""POST /v1/decompose: trend, season and residual of what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from ...shared.errors import InputError
from .errors import ServiceError, refusals
from .forecasting.description import binary, query_parameters
from .forecasting.examples import CSV as EXAMPLE
from .forecasting.question import Raw, receive
from .forecasting.tables import ARROW, CSV, FORM, PARQUET
from .notes import noted
from .served_models import FORECASTER
from .service import Service, service_of

if TYPE_CHECKING:
    import xarray as xr

    from ...shared.panels.panel import Panel

FIELDS = ("id_col", "time_col", "target_col", "freq", "period", "timezone", "missing", "dedupe")
PARTS = ("observed", "trend", "season", "residual")
WORKER = "seasonal-naive"
"""Its worker is the one for methods: their queue and time limit hold here too."""

router = APIRouter(prefix="/v1", tags=["forecast"])


class Decomposition(BaseModel):
    """The columns of a long table: observed = trend + season + residual."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "freq": "D",
                "period": 7,
                "columns": ["unique_id", "ds", *PARTS],
                "data": {
                    "unique_id": ["a"], "ds": ["2026-01-01"],
                    "observed": [10.0], "trend": [9.5], "season": [0.75], "residual": [-0.25],
                },
                "notes": [],
            }
        }
    )  # fmt: skip

    freq: str | int
    """Step of the data."""
    period: int
    """Steps in a season."""
    columns: list[str]
    data: dict[str, list[Any]]
    """By column: a value a series and time; null in gaps."""
    notes: list[str]


def _document() -> dict[str, Any]:
    parameters = [parameter for parameter in query_parameters() if parameter["name"] in FIELDS]
    fields = {parameter["name"]: parameter["schema"] for parameter in parameters}
    properties = fields | {"data": {"type": "string", "format": "binary", "description": "The history"}}
    content = {
        CSV: {"schema": {"type": "string"}, "example": EXAMPLE},
        PARQUET: binary(PARQUET),
        ARROW: binary(ARROW),
        FORM: {"schema": {"type": "object", "properties": properties, "required": ["data"]}},
    }
    return {"parameters": parameters, "requestBody": {"required": True, "content": content}}


@router.post(
    "/decompose",
    summary="Trend, season and residual of each series",
    response_model=Decomposition,
    responses=refusals(415, 503, 504),
    openapi_extra=_document(),
)
async def decompose(request: Request, service: Annotated[Service, Depends(service_of)]) -> dict[str, Any]:
    """Take every series of a table apart by STL; `Forecaster.decompose` in Python.

    The table is CSV, Parquet or an Arrow stream, with the other fields in the query; or a file of a form.
    """
    from ...domains.timeseries.history_parts import history_parts

    with noted() as notes:
        panel = await service.forecasting.panel(_checked(await receive(request)))
        worker = service.models.find(WORKER, (FORECASTER,)).worker
        parts = await worker.run(lambda _: history_parts(panel))
        return _told(parts, panel) | {"notes": notes}


def _checked(raw: Raw) -> Raw:
    """With the horizon that a question has to name, and nothing that is not read here.

    Raises:
        ServiceError: 415, a JSON body.
        InputError: a field that means nothing here.
    """
    if "body" in raw.tables:
        raise ServiceError(
            415, f"a table is taken apart as {CSV}, {PARQUET}, {ARROW}, or as a file of {FORM}"
        )
    for name in (*raw.options, *(table for table in raw.tables if table != "data")):
        if name not in FIELDS:
            raise InputError(name[:80], "means nothing here", expected=f"data, {', '.join(FIELDS)}")
    return Raw({**raw.options, "horizon": 1}, raw.tables)


def _told(parts: xr.Dataset, panel: Panel) -> dict[str, Any]:
    """Rows of every series within its span, their keys as in the data."""
    import numpy as np
    import pandas as pd

    from ...shared.panels.long_frame import key_columns
    from .forecasting.answers import plain

    inside = np.isfinite(parts["trend"].to_numpy()).T
    series, step = np.nonzero(inside)
    keys = key_columns(panel, series, pd.Index(panel.time).take(step))
    columns: dict[str, list[Any]] = {str(name): plain(column) for name, column in keys.items()}
    for name in PARTS:
        values = parts[name].to_numpy().T[inside]
        columns[name] = [float(value) if np.isfinite(value) else None for value in values]
    told = {"freq": parts.attrs["freq"], "period": int(parts.attrs["period"])}
    return {**told, "columns": list(columns), "data": columns}
