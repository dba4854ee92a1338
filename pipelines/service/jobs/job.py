"""A job: what was asked, how far it is, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: tuple[Status, ...] = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Job:
    """One row of the store."""

    id: str
    kind: str
    model: str
    output: str
    status: Status
    message: str
    request: dict[str, Any]
    created: float
    """Seconds since 1970, as `started` and `ended`."""
    started: float | None = None
    """Of its latest start."""
    ended: float | None = None
    starts: int = 0
    """How often it was started: more than once when a server was stopped under it."""
    process: str | None = None
    """The process that runs it; see `process_mark`."""
    cancel: bool = False
    """Somebody wants it gone; whoever runs it acts."""
    errors: tuple[dict[str, str | None], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ended_already(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.status in ENDED


class JobProblem(BaseModel):
    """What was wrong with the input of a job that failed."""

    field: str
    where: str | None = None
    problem: str
    expected: str | None = None
    remedy: str | None = None


class JobView(BaseModel):
    """A job as it is answered, and told as an event."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "20260101-4f1c09a7be22",
                "kind": "finetune",
                "model": "linear",
                "output": "my-sales",
                "status": "running",
                "progress": 0.35,
                "message": "step 350 of 1,000, loss 0.52",
                "created": "2026-01-01T00:00:00Z",
                "started": "2026-01-01T00:00:01Z",
                "ended": None,
                "starts": 1,
                "errors": [],
                "notes": [],
            }
        }
    )

    id: str
    kind: Literal["finetune", "generate"]
    model: str
    output: str = Field(description="Name of the result; a finished model is served under it")
    status: Status
    progress: float = Field(ge=0, le=1)
    message: str = Field(description="Where it is, or why it failed")
    created: datetime
    started: datetime | None
    ended: datetime | None
    starts: int = Field(description="More than 1: it went on after the server was stopped")
    errors: list[JobProblem] = Field(description="Of a job that failed for its input: the same as fields")
    notes: list[str] = Field(description="What was used, but not quite as it stood")

    @classmethod
    def of(cls, job: Job, progress: float, message: str) -> JobView:
        """The view of a row; `progress` and `message` come from its folder while it runs."""
        return cls.model_validate(
            {
                "id": job.id,
                "kind": job.kind,
                "model": job.model,
                "output": job.output,
                "status": job.status,
                "progress": progress,
                "message": message,
                "created": _moment(job.created),
                "started": _moment(job.started),
                "ended": _moment(job.ended),
                "starts": job.starts,
                "errors": list(job.errors),
                "notes": list(job.notes),
            }
        )


class JobList(BaseModel):
    """Every job, newest first."""

    jobs: list[JobView]


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
