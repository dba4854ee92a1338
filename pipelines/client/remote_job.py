"""Job: long work on a service, seen from here."""

from __future__ import annotations

import json
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile, mkdtemp
from typing import IO, Any

import httpx

from ...shared.errors import InputError, InputErrors, note
from ..service.errors import ServiceError
from .connection import UNREACHED, Connection

ENDED = ("done", "failed", "cancelled")
PATIENCE_S = 120.0
"""How long a service may be away, as in a restart, before waiting for a job is given up."""


class Job:
    """A job that was accepted. It lives on the service: this object may be lost, `Client.job(id)` finds it.

    Args:
        connection: to the service. facts: the job as the service tells it.
    """

    def __init__(self, connection: Connection, facts: dict[str, Any]) -> None:
        self._connection, self.facts = connection, facts

    def __repr__(self) -> str:
        share = f"{100 * self.facts['progress']:.0f} %"
        return f"Job({self.id}: {self.kind} {self.output!r}, {self.status}, {share})"

    @property
    def id(self) -> str:
        """By which the service knows it."""
        return self.facts["id"]

    @property
    def kind(self) -> str:
        """finetune or generate."""
        return self.facts["kind"]

    @property
    def output(self) -> str:
        """Name of the result; a finished model is asked for by it."""
        return self.facts["output"]

    @property
    def status(self) -> str:
        """queued, running, done, failed or cancelled, when last looked at."""
        return self.facts["status"]

    @property
    def message(self) -> str:
        """Where it is, or why it failed, when last looked at."""
        return self.facts["message"]

    def refresh(self) -> Job:
        """Look at it again.

        Raises:
            ServiceError: it is not known there, or the service cannot be reached.
        """
        self.facts = self._connection.json("GET", f"/v1/jobs/{self.id}")
        return self

    def progress(self) -> Iterator[tuple[float, str]]:
        """(share done, a few words) whenever something changed, until it has ended; waits through restarts.

        Raises:
            ServiceError: the service stays away, or does not know the job any more.
        """
        away: float | None = None
        while True:
            try:
                for facts in self._events():
                    self.facts, away = facts, None
                    yield facts["progress"], facts["message"]
                    if facts["status"] in ENDED:
                        return
            except ServiceError as error:
                away = time.monotonic() if away is None else away
                if error.status not in (UNREACHED, 502) or time.monotonic() > away + PATIENCE_S:
                    raise
            time.sleep(0.5)

    def wait(self, timeout: float | None = None) -> Job:
        """Until it is done.

        Args:
            timeout: seconds; None: as long as it takes.

        Raises:
            InputError: it failed for its input.
            ServiceError: it failed otherwise, was cancelled, or took longer than `timeout`.
        """
        until = None if timeout is None else time.monotonic() + timeout
        for _ in self.progress() if until is None else self._polled(until):
            pass
        if self.status == "done":
            for told in self.facts["notes"]:
                note(told)
            return self
        problems = [InputError.from_dict(facts) for facts in self.facts["errors"]]
        if problems:
            raise problems[0] if len(problems) == 1 else InputErrors(problems)
        raise ServiceError(409, f"job {self.id} {self.status}: {self.message}")

    def cancel(self, *, forget: bool = False) -> Job:
        """End it and remove what it made so far.

        Args:
            forget: remove it altogether; of a job that is done, with its result and its model.

        Raises:
            ServiceError: it is done and `forget` was not said, or it is not known.
        """
        self.facts = self._connection.json("DELETE", f"/v1/jobs/{self.id}", params={"forget": forget})
        return self

    def download(self, folder: str | Path) -> Path:
        """Its result as a folder: a model for `load`, or the crystals as `fourfold generate` writes them.

        Args:
            folder: new or empty; whole or not at all.

        Raises:
            InputError: the folder holds something, or cannot be written.
            ServiceError: the job is not done.
        """
        target = Path(folder).expanduser()
        _check(target)
        with self._connection.stream("GET", f"/v1/jobs/{self.id}/result") as answer:
            try:
                target.absolute().parent.mkdir(parents=True, exist_ok=True)
                with NamedTemporaryFile(suffix=".zip", dir=target.absolute().parent) as file:
                    for block in answer.iter_bytes():
                        file.write(block)
                    file.flush()
                    _unpack(file, target)
            except httpx.HTTPError as error:
                raise ServiceError(UNREACHED, f"the download broke off ({error})") from error
            except (OSError, zipfile.BadZipFile) as error:
                raise InputError(str(folder), f"cannot be written ({error})") from error
        return target

    def _events(self) -> Iterator[dict[str, Any]]:
        headers = {"Accept": "text/event-stream"}
        with self._connection.stream("GET", f"/v1/jobs/{self.id}", headers=headers) as answer:
            try:
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        yield json.loads(line.removeprefix("data:"))
            except (httpx.HTTPError, ValueError):
                return  # the service went away; the caller asks again

    def _polled(self, until: float) -> Iterator[None]:
        pause = 0.1
        while self.refresh().status not in ENDED:
            if time.monotonic() > until:
                raise ServiceError(504, f"job {self.id} is {self.status} still: {self.message}")
            time.sleep(pause)
            pause = min(2 * pause, 2.0)
            yield


def _check(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(str(target), "is there already", expected="a new or empty folder")


def _unpack(file: IO[bytes], target: Path) -> None:
    """The one folder in the archive as `target`; nothing leaves it, whatever its names say."""
    fresh = Path(mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.absolute().parent))
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                parts = PurePosixPath(entry.filename).parts[1:]
                if entry.is_dir() or not parts or any(part in ("..", "/") for part in parts):
                    continue
                path = fresh.joinpath(*parts)
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, path.open("xb") as out:
                    shutil.copyfileobj(source, out)
        fresh.chmod(0o755)
        fresh.replace(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
