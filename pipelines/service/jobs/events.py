"""Server-sent events of a job: what changed, until it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent

from .jobs import Jobs

PAUSE_S = 0.4
PING_S = 15


def event_response(jobs: Jobs, id: str) -> EventSourceResponse:
    """Events `progress` with the job as JSON; the last one tells how it ended, then the stream does."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(_events(jobs, id), ping=PING_S, headers=headers)


async def _events(jobs: Jobs, id: str) -> AsyncIterator[ServerSentEvent]:
    told = ""
    while not jobs.runner.stopping:
        job = await asyncio.to_thread(jobs.store.find, id)
        if job is None:  # somebody had it forgotten
            return
        view = await asyncio.to_thread(jobs.view, job)
        text = view.model_dump_json()
        if text != told:
            told = text
            yield ServerSentEvent(data=text, event="progress")
        if job.ended_already:
            return
        await asyncio.sleep(PAUSE_S)
