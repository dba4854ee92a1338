"""GET /v1/models: what this server can be asked."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from .errors import refusals
from .service import Service, service_of

router = APIRouter(prefix="/v1", tags=["models"])


class ModelFacts(BaseModel):
    """One model; a loaded one also tells its limits and sizes (horizon, sample_rate, max_atoms ...)."""

    model_config = ConfigDict(extra="allow")

    name: str
    kind: Literal["forecaster", "graph-forecaster", "vocoder", "crystal-generator"]
    task: Literal["forecast", "synthesize", "generate"]
    """The endpoint that takes it: POST /v1/<task>."""
    summary: str
    ready: bool
    """Loaded; or a method, which is fitted on the data of each request."""
    trained: bool
    """False: a method that is fitted on the data of each request."""


class ModelList(BaseModel):
    """All models."""

    models: list[ModelFacts]


@router.get("/models", summary="What can be asked for", responses=refusals())
async def list_models(service: Annotated[Service, Depends(service_of)]) -> ModelList:
    """Trained models first, then methods that are fitted on the data of each request."""
    served = sorted(service.models, key=lambda model: model.fitted_on_request)
    return ModelList.model_validate({"models": [model.facts() for model in served]})
