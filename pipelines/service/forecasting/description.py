"""How the OpenAPI document describes what POST /v1/forecast takes."""

from __future__ import annotations

from typing import Any

from .examples import COLUMNS, CSV, RECORDS
from .options import ForecastBody, ForecastOptions
from .tables import ARROW, FORM, JSON, PARQUET
from .tables import CSV as CSV_TYPE

_EXAMPLES = {"model": "seasonal-naive", "horizon": 7}
"""Of the query, to go with the example in CSV."""


def query_parameters() -> list[dict[str, Any]]:
    """The options as parameters of the query."""
    schema = ForecastOptions.model_json_schema()
    parameters = []
    for name, field in schema["properties"].items():
        described = {key: value for key, value in field.items() if key not in ("description", "title")}
        parameter = {"name": name, "in": "query", "required": False, "schema": described}
        parameter["description"] = field["description"]
        if name in _EXAMPLES:
            parameter["example"] = _EXAMPLES[name]
        parameters.append(parameter)
    return parameters


def binary(media_type: str) -> dict[str, Any]:
    """A body of bytes."""
    return {"schema": {"type": "string", "format": "binary", "contentMediaType": media_type}}


def _form() -> dict[str, Any]:
    schema = ForecastOptions.model_json_schema()
    file = {"type": "string", "format": "binary"}
    told = {
        "data": "The history",
        "future": "Covariates known ahead",
        "graph": "Edges, for networks on a graph",
    }
    files = {name: {**file, "description": text} for name, text in told.items()}
    properties = {**schema["properties"], **files}
    return {"schema": {"type": "object", "properties": properties, "required": ["data", "horizon"]}}


REQUEST_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        JSON: {
            "schema": ForecastBody.model_json_schema(),
            "examples": {
                "columns": {"summary": "One series as columns", "value": COLUMNS},
                "records": {"summary": "Two series as rows", "value": RECORDS},
            },
        },
        CSV_TYPE: {
            "schema": {"type": "string"},
            "examples": {"csv": {"summary": "One series; horizon and model in the query", "value": CSV}},
        },
        PARQUET: binary(PARQUET),
        ARROW: binary(ARROW),
        FORM: _form(),
    },
}
"""Five kinds of body."""
