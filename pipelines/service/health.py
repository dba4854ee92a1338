"""Is it alive, is it ready, what has it done: /healthz, /readyz, /metrics."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from .service import Service, service_of

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether every model that was named at the start is loaded."""

    status: Literal["ready", "loading"]
    models: dict[str, str]
    """By name: "ready", "loading", or why it cannot be loaded."""


@router.get("/healthz", summary="The process is alive")
async def healthz() -> Health:
    """Answers as long as the process does."""
    return Health()


@router.get("/readyz", summary="All models are loaded", responses={503: {"model": Readiness}})
async def readyz(service: Annotated[Service, Depends(service_of)]) -> JSONResponse:
    """503 until every model is loaded; requests before that wait for it."""
    states = service.models.states()
    ready = not service.settings.preload or all(state == "ready" for state in states.values())
    body = Readiness(status="ready" if ready else "loading", models=states)
    return JSONResponse(body.model_dump(), 200 if ready else 503)


# Proxies and watchdogs ask with HEAD.
router.add_api_route("/healthz", healthz, methods=["HEAD"], include_in_schema=False)
router.add_api_route("/readyz", readyz, methods=["HEAD"], include_in_schema=False)


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
async def metrics(service: Annotated[Service, Depends(service_of)]) -> Response:
    """Requests, seconds, batch sizes and queues, in the Prometheus text format."""
    return Response(service.measures.text(), media_type=CONTENT_TYPE_LATEST)
