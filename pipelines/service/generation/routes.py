"""POST /v1/generate."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Response

from ...generated_files import generated_records
from ..accepted import accepted
from ..errors import refusals
from ..notes import noted, notes_header
from ..service import Service, service_of
from .folder_zip import generated_zip
from .query import EXAMPLES, GenerationQuery, MadeCrystals

KIND = "crystal-generator"
JSON, ZIP = "application/json", "application/zip"

router = APIRouter(tags=["generation"])


@router.post(
    "/v1/generate",
    response_model=MadeCrystals,
    summary="New crystals",
    responses={
        200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}},
        **refusals(404, 406, 503, 504),
    },
)
async def generate(
    wanted: Annotated[GenerationQuery, Body(openapi_examples=EXAMPLES)],
    service: Annotated[Service, Depends(service_of)],
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
) -> Response:
    """Crystals of a generator: anything, or of a formula, of some elements, near a property's value.

    Equal seeds give the crystals that `fourfold generate` gives. `Accept: application/zip` gives the folder
    that it writes: cif/, crystals.extxyz and crystals.csv. Long generations are for `POST /v1/jobs`.
    """
    kind = accepted(accept, (JSON, ZIP))
    served = service.models.find(wanted.model, (KIND,))
    wanted.require_within(service.settings)

    def work(generator: Any) -> tuple[Any, str | None]:
        made = wanted.generate(generator)
        if kind == ZIP:
            return generated_zip(made, symprec=wanted.symprec), None
        scale = generator.fitted().property
        return generated_records(made, symprec=wanted.symprec), None if scale is None else scale.name

    with noted() as notes:
        made, name = await served.worker.run(work)
    if kind == ZIP:
        headers = {"Content-Disposition": 'attachment; filename="crystals.zip"', **notes_header(notes)}
        return Response(made, media_type=ZIP, headers=headers)
    answer = {"model": served.name, "property_name": name, "crystals": made, "notes": notes}
    return Response(json.dumps(answer, allow_nan=False), media_type=JSON)
