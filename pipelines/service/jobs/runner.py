"""JobRunner: takes what waits in the store, one child process a job, and sees how it ends."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Literal

from .child import INTERRUPTED, read_outcome
from .child_process import LOG, end_group, end_orphan, process_mark, start_child
from .job import Job
from .store import JobStore
from .uploads import remove_folder
from .work import RESULT

log = logging.getLogger("fourfold.service")

GRACE_S = 15.0
"""Seconds a stopped job has to save a checkpoint."""
PAUSE_S = 0.2
MOST_STARTS = 50
"""A job that was started so often and never ended is given up: it may be what ends the server."""


class JobRunner:
    """Runs the jobs of one folder; of all servers that share the folder, one at a time does.

    Args:
        store: what is to be done.
        folder: holds a folder for each job, and the lock.
        at_once: jobs that run at the same time.
        finished: called before a job is told to be done; may return a note about it.
    """

    def __init__(
        self,
        store: JobStore,
        folder: Path,
        at_once: int = 1,
        finished: Callable[[Job], str | None] = lambda job: None,
    ) -> None:
        self.store, self.folder, self.at_once, self._finished = store, folder, at_once, finished
        self.stopping = False
        self._wake = asyncio.Event()
        self._lock: IO[bytes] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._task = asyncio.create_task(self._run(), name="jobs")

    async def stop(self) -> None:
        """Let running jobs save and end; they go back to the queue."""
        self.stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._lock is not None:
            self._lock.close()

    def wake(self) -> None:
        """Look at the store now."""
        self._wake.set()

    async def _run(self) -> None:
        while not self.stopping and not self._locked():
            await self._pause(1.0)
        if self.stopping:
            return
        try:
            await asyncio.to_thread(self._recover)
        except Exception:
            log.exception("jobs of an earlier server could not be taken up")
        await asyncio.gather(*(self._serve() for _ in range(self.at_once)))

    async def _serve(self) -> None:
        while not self.stopping:
            try:
                job = await asyncio.to_thread(self.store.claim)
                if job is None:
                    await self._pause(1.0)
                else:
                    await self._run_job(job)
            except Exception:
                log.exception("a job could not be run")
                await self._pause(5.0)

    async def _pause(self, seconds: float) -> None:
        """Until woken, or for so long."""
        self._wake.clear()
        if not self.stopping:
            try:
                await asyncio.wait_for(self._wake.wait(), seconds)
            except TimeoutError:
                return

    async def _run_job(self, job: Job) -> None:
        folder = self.folder / job.id
        if job.starts > MOST_STARTS:
            self._end(job, "failed", f"was started {MOST_STARTS} times and never came to an end")
            return
        try:
            child = await asyncio.to_thread(start_child, folder)
        except OSError as error:
            self._end(job, "failed", f"cannot be started ({error.strerror or error})")
            return
        mark = process_mark(child.pid)
        if mark is not None:
            await asyncio.to_thread(self.store.note_process, job.id, mark)
        ended = await self._watch(job, child)
        assert child.stdin is not None
        child.stdin.close()
        end_group(child.pid, signal.SIGKILL)  # whatever it left behind
        await asyncio.to_thread(self._settle, job, "stopped" if ended == "stopped" else child.returncode)

    async def _watch(
        self, job: Job, child: subprocess.Popen[bytes]
    ) -> Literal["stopped", "cancelled"] | None:
        """Until the child has ended; why it was told to, if it was."""
        asked: Literal["stopped", "cancelled"] | None = None
        until = 0.0
        while child.poll() is None:
            if asked is None:
                known = await asyncio.to_thread(self.store.find, job.id)
                if known is not None and known.cancel:
                    asked = "cancelled"
                elif self.stopping:
                    asked = "stopped"
                if asked is not None:
                    end_group(child.pid, signal.SIGTERM)
                    until = time.monotonic() + GRACE_S
            elif time.monotonic() > until:
                end_group(child.pid, signal.SIGKILL)
            await asyncio.sleep(PAUSE_S)
        return asked

    def _settle(self, job: Job, code: int | Literal["stopped"] | None) -> None:
        """Write down how a job ended whose process is gone.

        Args:
            code: exit code; "stopped": it was stopped with this server; None: with an earlier one.
        """
        outcome = read_outcome(self.folder / job.id)
        known = self.store.find(job.id)
        if known is not None and known.cancel:
            self._end(job, "cancelled", "cancelled")
        elif outcome is not None and outcome["status"] == "done":
            self._done(job, outcome["notes"])
        elif outcome is not None:
            self._end(job, "failed", outcome["message"], outcome["errors"], outcome["notes"])
        elif code in ("stopped", None, INTERRUPTED, -signal.SIGTERM, -signal.SIGINT):
            self.store.requeue(job.id, "was stopped with the server and goes on")
        else:
            self._end(job, "failed", _sudden_end(code))

    def _done(self, job: Job, notes: list[str]) -> None:
        """Only the result of a job that is done is kept."""
        note = self._finished(job)
        self.store.end(job.id, "done", "done", notes=[*notes, *([note] if note else [])])
        log.info("job %s is done: %s", job.id, job.output)
        for entry in (self.folder / job.id).iterdir():
            if entry.is_dir() and not entry.is_symlink() and entry.name != str(RESULT):
                remove_folder(entry)
            elif not entry.is_dir() or entry.is_symlink():
                entry.unlink(missing_ok=True)

    def _end(
        self,
        job: Job,
        status: Literal["failed", "cancelled"],
        message: str,
        errors: list[dict[str, str | None]] | None = None,
        notes: list[str] | None = None,
    ) -> None:
        """Close a job of which nothing is kept; what its process said last goes to the server's log."""
        if status == "failed" and not errors:
            log.error("job %s failed: %s\n%s", job.id, message, _last_words(self.folder / job.id / LOG))
        else:
            log.info("job %s %s: %s", job.id, status, message)
        self.store.end(job.id, status, message, errors, notes)
        remove_folder(self.folder / job.id)

    def _recover(self) -> None:
        """What a server that was killed left: its processes end, its jobs go back to the queue."""
        for job in self.store.with_status("running"):
            end_orphan(job.process)
            self._settle(job, None)
        known = {job.id for job in self.store.all()}
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name not in known and time.time() - folder.stat().st_mtime > 3600:
                remove_folder(folder)

    def _locked(self) -> bool:
        """Whether this server runs the jobs: the first that holds the lock of the folder does."""
        try:
            import fcntl
        except ImportError:  # no such locks there: one server a folder, as docs/service.md says
            return True
        file = (self.folder / ".lock").open("ab")
        os.set_inheritable(file.fileno(), False)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._lock = file
        return True


def _last_words(file: Path, most: int = 4_096) -> str:
    try:
        return file.read_bytes()[-most:].decode("utf-8", "replace")
    except OSError:
        return ""


def _sudden_end(code: int | str | None) -> str:
    if code == -signal.SIGKILL:
        return "its process was killed from outside, most often because the machine's memory was full"
    return f"its process ended suddenly (exit code {code}); the server's log may say why"
