"""POST /v1/forecast."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response

from ..accepted import accepted
from ..errors import refusals
from ..notes import noted
from ..service import Service, service_of
from .answering import Forecasting
from .answers import OFFERED, ForecastAnswer, respond
from .description import REQUEST_BODY, binary, query_parameters
from .question import receive
from .tables import ARROW, CSV, JSON, PARQUET

AT_ONCE = 500
"""Values of an answer that takes less time to write than a thread takes to be found for it."""
router = APIRouter(prefix="/v1", tags=["forecast"])


async def forecasting_of(service: Annotated[Service, Depends(service_of)]) -> Forecasting:
    """What answers forecasts of the service behind a request."""
    return service.forecasting


_FORMS: dict[str, Any] = {
    CSV: {"schema": {"type": "string"}},
    PARQUET: binary(PARQUET),
    ARROW: binary(ARROW),
}


@router.post(
    "/forecast",
    summary="The steps after the end of each series",
    response_model=ForecastAnswer,
    responses={
        200: {"description": "The forecast, as the Accept header asks for it", "content": _FORMS},
        **refusals(404, 406, 415, 503, 504),
    },
    openapi_extra={"parameters": query_parameters(), "requestBody": REQUEST_BODY},
)
async def forecast(
    request: Request, forecasting: Annotated[Forecasting, Depends(forecasting_of)]
) -> Response:
    """Forecast every series of a table, or every node of a network.

    The table is JSON (rows or columns), CSV, Parquet or an Arrow stream. With JSON all fields stand in the
    body; with the others they stand in the query, or beside the files of a form. Requests that ask one model
    for the same number of steps are computed together; each is answered what it would be by itself.
    """
    kind = accepted(request.headers.get("accept", "*/*"), OFFERED)
    with noted() as notes:
        question, answer = await forecasting.answer(await receive(request))
        if kind == JSON and answer.values.size <= AT_ONCE:
            return respond(kind, question.options, answer, notes)
        return await to_thread.run_sync(respond, kind, question.options, answer, notes)
