"""Run folders to look at: GET /v1/runs, their metrics and their reports, and nothing outside of them."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from .access import ticket_for
from .errors import ServiceError, refusals
from .service import Service, service_of

METRICS, REPORT, CONFIG, ENVIRONMENT = "metrics.jsonl", "report.html", "config.json", "environment.json"
MOST_RUNS = 1_000
MOST_BYTES = 16_000_000
"""Of a metrics file, its end, and of a config."""
MOST_RECORDS = 5_000
_PART = re.compile(r"[A-Za-z0-9_][\w .+=,@-]{0,199}", re.ASCII)
POLICY = (
    "sandbox allow-scripts allow-popups allow-downloads; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; media-src data: blob:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""A report brings scripts of its own: they run apart from this server's pages, and reach nothing."""

router = APIRouter(prefix="/v1/runs", tags=["runs"])
Name = Annotated[
    str,
    InPath(description="As GET /v1/runs lists it", max_length=401, examples=["demo/forecast"]),
]


class RunFacts(BaseModel):
    """One run folder."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "demo/forecast",
                "pipeline": "forecast",
                "modified": "2026-01-01T00:00:00Z",
                "report": True,
                "metrics": True,
            }
        }
    )

    name: str
    pipeline: str = Field(description='What made it, such as "forecast"; "training" for a bare training run')
    modified: datetime
    report: bool = Field(description="Whether it has a report")
    metrics: bool = Field(description="Whether it has curves")


class RunList(BaseModel):
    """Run folders, the latest first."""

    runs: list[RunFacts]


class RunMetrics(BaseModel):
    """Lines of metrics.jsonl."""

    records: list[dict[str, Any]] = Field(description="In their order; null where a value was not finite")


class RunFolders:
    """Run folders below `root`, one or two levels deep; links that lead out of it are not followed."""

    def __init__(self, root: Path, without: Path | None = None) -> None:
        self.root = root.resolve()
        self.without = None if without is None else without.resolve()

    def list(self) -> list[RunFacts]:
        """All of them, the latest first."""
        found = [run for name, folder in self._folders() if (run := _facts(name, folder)) is not None]
        return sorted(found, key=lambda run: run.modified, reverse=True)[:MOST_RUNS]

    def file(self, name: str, file: str) -> Path:
        """A file of a run.

        Raises:
            ServiceError: 404, there is no such run, or it has no such file.
        """
        parts = name.split("/")
        known = len(parts) <= 2 and all(_PART.fullmatch(part) for part in parts)
        folder = self.root.joinpath(*parts) if known else None
        if folder is None or not self._inside(folder) or _facts(name, folder) is None:
            raise ServiceError(404, f"there is no run {name[:80]!r}; GET /v1/runs lists them")
        path = folder / file
        if not self._inside(path) or not path.is_file():
            raise ServiceError(404, f"the run {name} has no {file}")
        return path

    def _folders(self) -> Iterator[tuple[str, Path]]:
        for folder in self._below(self.root):
            yield folder.name, folder
            for inner in self._below(folder):
                yield f"{folder.name}/{inner.name}", inner

    def _below(self, folder: Path) -> list[Path]:
        try:
            inside = sorted(folder.iterdir())
        except OSError:
            return []
        return [path for path in inside if _PART.fullmatch(path.name) and self._inside(path)]

    def _inside(self, path: Path) -> bool:
        """Whether it really lies below the root, and not among the service's own files."""
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            return False
        own = self.without is not None and real.is_relative_to(self.without)
        return real.is_relative_to(self.root) and real != self.root and not own


def folders_of(service: Annotated[Service, Depends(service_of)]) -> RunFolders:
    """The run folders of the service behind a request."""
    return RunFolders(service.settings.runs, without=service.settings.folder)


Folders = Annotated[RunFolders, Depends(folders_of)]


@router.get("", summary="Run folders, the latest first", responses=refusals())
def list_runs(folders: Folders) -> RunList:
    """What `fourfold run` and trainings left in the server's folder of runs."""
    return RunList(runs=folders.list())


@router.get("/{name:path}/metrics", summary="Curves of a run", responses=refusals(404))
def run_metrics(
    name: Name,
    folders: Folders,
    most: Annotated[int, Query(ge=1, le=MOST_RECORDS, description="Records at most, evenly spaced")] = 2_000,
) -> RunMetrics:
    """The lines of its metrics.jsonl: for a training `step`, `split` and what was measured."""
    return RunMetrics(records=_thinned(read_records(folders.file(name, METRICS)), most))


@router.get(
    "/{name:path}/report",
    response_class=Response,
    summary="Report of a run",
    responses={**refusals(404), 200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def run_report(name: Name, folders: Folders) -> FileResponse:
    """Its report.html, kept apart from the pages of this server."""
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }
    return FileResponse(folders.file(name, REPORT), media_type="text/html", headers=headers)


class ReportLink(BaseModel):
    """Where a browser opens a report, which cannot send the token along."""

    url: str = Field(examples=["/v1/runs/demo/forecast/report"])


@router.post(
    "/{name:path}/report/link",
    summary="A link that opens the report of a run for a minute without the token",
    responses=refusals(404),
)
def link_report(name: Name, folders: Folders, service: Annotated[Service, Depends(service_of)]) -> ReportLink:
    """The address of the report; with a ticket for it alone, where the server asks for a token."""
    folders.file(name, REPORT)
    path = f"/v1/runs/{name}/report"
    if service.token is None:
        return ReportLink(url=quote(path))
    return ReportLink(url=f"{quote(path)}?{ticket_for(path, service.token, time.time())}")


def read_records(metrics: Path) -> list[dict[str, Any]]:
    """Whole lines of a metrics file; of a very long one, those at its end."""
    size = metrics.stat().st_size
    with metrics.open("rb") as file:
        file.seek(max(0, size - MOST_BYTES))
        lines = file.read(MOST_BYTES).splitlines()
    records = []
    for line in lines:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):  # the line that is being written, or was cut
            continue
        if isinstance(record, dict):
            records.append(_finite(record))
    return records


def _finite(value: Any) -> Any:
    """NaN and infinity as null: JSON has no others."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, list) else value


def _thinned(records: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Evenly spaced, with the last one."""
    if len(records) <= most:
        return records
    last = len(records) - 1
    return [records[last - round(k * last / max(most - 1, 1))] for k in range(most)][::-1]


def _facts(name: str, folder: Path) -> RunFacts | None:
    """None where the folder is no run."""
    try:
        files = {
            file: (folder / file).stat().st_mtime
            for file in (METRICS, REPORT, CONFIG)
            if (folder / file).is_file()
        }
    except OSError:
        return None
    if not {METRICS, REPORT} & files.keys():
        return None
    modified = datetime.fromtimestamp(max(files.values()), UTC)
    pipeline = _pipeline(folder) or folder.name
    return RunFacts(
        name=name, pipeline=pipeline, modified=modified, report=REPORT in files, metrics=METRICS in files
    )


def _pipeline(folder: Path) -> str | None:
    """NAME of the `fourfold run NAME` that made it."""
    command = _json(folder / ENVIRONMENT).get("command")
    words = [str(word) for word in command] if isinstance(command, list) else []
    if "run" in words[:-1]:
        return words[words.index("run") + 1]
    return "training" if "training" in _json(folder / CONFIG) else None


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            return {}
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
