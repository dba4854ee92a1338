"""POST /v1/jobs and what follows from it: look, listen, cancel, fetch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Header, Path, Query, UploadFile
from fastapi.responses import FileResponse, Response

from ..errors import ServiceError, refusals
from ..service import Service, service_of
from .events import event_response
from .job import JobList, JobView
from .job_request import (
    EXAMPLES,
    FINETUNE_EXAMPLE,
    LONGEST,
    FinetuneJob,
    GenerateJob,
    finetuning_schema,
    parse_finetuning,
    parse_request,
    request_schema,
)
from .jobs import Jobs

EVENTS = "text/event-stream"
MOST_UPLOADS = 1_000
ID = r"^[0-9]{8}-[0-9a-f]{12}$"


async def jobs_of(service: Annotated[Service, Depends(service_of)]) -> Jobs:
    """The jobs of the service behind a request."""
    return service.jobs


AnyJobs = Annotated[Jobs, Depends(jobs_of)]
Id = Annotated[str, Path(pattern=ID, examples=["20260101-4f1c09a7be22"])]
router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

finetuning = APIRouter(prefix="/v1", tags=["jobs"])


def _request_part(told: str, schema: dict[str, Any], *examples: str) -> Any:
    """The part `request` of a form: JSON in a text."""
    extra: dict[str, Any] = {"contentMediaType": "application/json", "contentSchema": schema}
    return Form(max_length=LONGEST, description=told, examples=list(examples), json_schema_extra=extra)


Data = Annotated[
    list[UploadFile],
    File(
        description="What to learn from: one table; for a vocoder recordings, for a crystal generator "
        "crystals, several or in a zip. File names are not looked at"
    ),
]
Graph = Annotated[UploadFile | None, File(description="Edges or an adjacency, for networks on a graph")]
_LOCATION = {
    "description": "Accepted",
    "headers": {"Location": {"description": "Of the job", "schema": {"type": "string"}}},
}
_ACCEPTED = refusals(404, 409, 503) | {202: _LOCATION}


@router.post("", status_code=202, response_model=JobView, summary="Begin long work", responses=_ACCEPTED)
def submit(
    request: Annotated[
        str,
        _request_part(
            "JSON: kind (finetune or generate), model, output and settings",
            request_schema(),
            EXAMPLES["finetune"]["value"],
            EXAMPLES["generate"]["value"],
        ),
    ],
    jobs: AnyJobs,
    response: Response,
    data: Data = [],  # noqa: B006  (FastAPI copies defaults)
    graph: Graph = None,
) -> JobView:
    """Fine-tune a model on data that are sent along (or fit a method), or generate many crystals.

    The job waits its turn and runs in a process of its own. It survives a restart of the server: what was
    trained so far is in a checkpoint, from which it goes on. A finished model is served under `output`.
    """
    return _begin(jobs, parse_request(request), data, graph, response)


@finetuning.post(
    "/finetune",
    status_code=202,
    response_model=JobView,
    summary="Begin to fine-tune a model, as a job",
    responses=_ACCEPTED,
)
def finetune(
    request: Annotated[
        str, _request_part("JSON: model, output and settings", finetuning_schema(), FINETUNE_EXAMPLE)
    ],
    jobs: AnyJobs,
    response: Response,
    data: Data = [],  # noqa: B006
    graph: Graph = None,
) -> JobView:
    """Train a model further on data that are sent along, or fit a method.

    The same as `POST /v1/jobs` of kind finetune; the job is at its Location.
    """
    return _begin(jobs, parse_finetuning(request), data, graph, response)


def _begin(
    jobs: Jobs,
    asked: FinetuneJob | GenerateJob,
    data: Sequence[UploadFile],
    graph: UploadFile | None,
    response: Response,
) -> JobView:
    if len(data) > MOST_UPLOADS:
        raise ServiceError(413, f"{len(data):,} files were sent; at most {MOST_UPLOADS:,}, or send a zip")
    job = jobs.submit(asked, [part.file for part in data], [graph.file] if graph is not None else [])
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return jobs.view(job)


@router.get("", response_model=JobList, summary="Every job, newest first", responses=refusals())
def list_jobs(jobs: AnyJobs) -> JobList:
    """Jobs that wait, run or have ended."""
    return JobList(jobs=[jobs.view(job) for job in jobs.store.all()])


@router.get(
    "/{id}",
    response_model=JobView,
    summary="One job; as server-sent events with Accept: text/event-stream",
    responses={**refusals(404), 200: {"content": {EVENTS: {"schema": {"type": "string"}}}}},
)
def get_job(id: Id, jobs: AnyJobs, accept: Annotated[str, Header(include_in_schema=False)] = "") -> Any:
    """Status, progress and a few words about it.

    As events: one named `progress` whenever something changed, with the same JSON, until the job has ended.
    """
    job = jobs.find(id)
    return event_response(jobs, id) if EVENTS in accept else jobs.view(job)


@router.delete(
    "/{id}",
    response_model=JobView,
    summary="Cancel a job",
    responses=refusals(404, 409),
)
async def cancel(
    id: Id,
    jobs: AnyJobs,
    forget: Annotated[
        bool, Query(description="Remove the job itself too; with its result and model, when it is done")
    ] = False,
) -> JobView:
    """End a job that waits or runs, and remove what it made so far."""
    return jobs.view(await jobs.cancel(id, forget))


@router.get(
    "/{id}/result",
    response_class=Response,
    summary="What a finished job made, as a zip",
    responses={
        **refusals(404, 409),
        200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def get_result(id: Id, jobs: AnyJobs) -> FileResponse:
    """The folder that `fourfold finetune` or `fourfold generate` would write."""
    archive = jobs.result(id)
    name = f"{jobs.find(id).output}.zip"
    return FileResponse(archive, media_type="application/zip", filename=name)
