"""Jobs in SQLite: the one place that says what is to be done, shared by all processes of a service."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .job import Job

VERSION = 1
TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    output TEXT NOT NULL,
    status TEXT NOT NULL,
    message TEXT NOT NULL,
    request TEXT NOT NULL,
    created REAL NOT NULL,
    started REAL,
    ended REAL,
    starts INTEGER NOT NULL DEFAULT 0,
    process TEXT,
    cancel INTEGER NOT NULL DEFAULT 0,
    errors TEXT NOT NULL DEFAULT '[]',
    notes TEXT NOT NULL DEFAULT '[]'
);
CREATE UNIQUE INDEX IF NOT EXISTS names ON jobs (output) WHERE status IN ('queued', 'running', 'done');
CREATE INDEX IF NOT EXISTS waiting ON jobs (status, number);
"""
COLUMNS = (
    "id, kind, model, output, status, message, request, created, started, ended, starts, process, cancel, "
    "errors, notes"
)


class QueueFull(Exception):
    """As many jobs wait as may."""


class NameTaken(Exception):
    """Another job that waits, runs or is done has this output."""


class JobStore:
    """Reads and writes from any thread; every change is one transaction.

    Args:
        path: file of the database; kept in WAL mode, so that readers never wait for the writer.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=FULL")
        self._base.executescript(TABLE)
        self._base.execute(f"PRAGMA user_version={VERSION}")

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._base.close()

    def add(self, job: Job, most_waiting: int) -> None:
        """Put a new job at the end of the queue.

        Raises:
            QueueFull: `most_waiting` jobs wait already.
            NameTaken: its output is the name of another job's.
        """
        with self._change() as base:
            (waiting,) = base.execute("SELECT count(*) FROM jobs WHERE status = 'queued'").fetchone()
            if waiting >= most_waiting:
                raise QueueFull
            row = (job.id, job.kind, job.model, job.output, job.message, json.dumps(job.request), job.created)
            try:
                base.execute(
                    "INSERT INTO jobs (id, kind, model, output, status, message, request, created) "
                    "VALUES (?, ?, ?, ?, 'queued', ?, ?, ?)",
                    row,
                )
            except sqlite3.IntegrityError as error:
                raise NameTaken from error

    def find(self, id: str) -> Job | None:
        """The job of this id."""
        return next(iter(self._select("WHERE id = ?", id)), None)

    def all(self) -> list[Job]:
        """Every job, newest first."""
        return self._select("ORDER BY number DESC")

    def with_status(self, *statuses: str) -> list[Job]:
        """Jobs of these statuses, oldest first."""
        marks = ", ".join("?" * len(statuses))
        return self._select(f"WHERE status IN ({marks}) ORDER BY number", *statuses)

    def ahead_of(self, id: str) -> int:
        """How many jobs run or wait before this one."""
        where = "status IN ('queued', 'running') AND number < (SELECT number FROM jobs WHERE id = ?)"
        with self._lock:
            (count,) = self._base.execute(f"SELECT count(*) FROM jobs WHERE {where}", (id,)).fetchone()
        return count

    def claim(self) -> Job | None:
        """Take the first job that waits, which runs from now on; None when none waits."""
        with self._change() as base:
            row = base.execute(
                "SELECT id FROM jobs WHERE status = 'queued' ORDER BY number LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            base.execute(
                "UPDATE jobs SET status = 'running', message = '', started = ?, starts = starts + 1 "
                "WHERE id = ?",
                (time.time(), row[0]),
            )
            return _job(base.execute(f"SELECT {COLUMNS} FROM jobs WHERE id = ?", row).fetchone())

    def note_process(self, id: str, process: str) -> None:
        """Remember which process runs a job."""
        with self._change() as base:
            base.execute("UPDATE jobs SET process = ? WHERE id = ?", (process, id))

    def requeue(self, id: str, message: str) -> None:
        """Put a job that ran back to where it was in the queue."""
        with self._change() as base:
            base.execute(
                "UPDATE jobs SET status = 'queued', process = NULL, message = ? "
                "WHERE id = ? AND status = 'running'",
                (message, id),
            )

    def end(
        self,
        id: str,
        status: str,
        message: str = "",
        errors: list[dict[str, Any]] | None = None,
        notes: list[str] | None = None,
    ) -> None:
        """Close a job."""
        with self._change() as base:
            base.execute(
                "UPDATE jobs SET status = ?, message = ?, errors = ?, notes = ?, ended = ?, process = NULL "
                "WHERE id = ? AND status IN ('queued', 'running')",
                (status, message, json.dumps(errors or []), json.dumps(notes or []), time.time(), id),
            )

    def ask_to_cancel(self, id: str) -> Job | None:
        """A job that waits is cancelled at once; of one that runs it is noted. Returns it as it is now."""
        with self._change() as base:
            base.execute(
                "UPDATE jobs SET status = 'cancelled', message = 'cancelled', ended = ? "
                "WHERE id = ? AND status = 'queued'",
                (time.time(), id),
            )
            base.execute("UPDATE jobs SET cancel = 1 WHERE id = ? AND status = 'running'", (id,))
            row = base.execute(f"SELECT {COLUMNS} FROM jobs WHERE id = ?", (id,)).fetchone()
        return None if row is None else _job(row)

    def forget(self, id: str) -> bool:
        """Drop the row of a job that has ended; whether there was one."""
        with self._change() as base:
            done = base.execute(
                "DELETE FROM jobs WHERE id = ? AND status NOT IN ('queued', 'running')", (id,)
            )
            return done.rowcount > 0

    def _select(self, rest: str, *values: str) -> list[Job]:
        with self._lock:
            rows = self._base.execute(f"SELECT {COLUMNS} FROM jobs {rest}", values).fetchall()
        return [_job(row) for row in rows]

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")


def _job(row: tuple[Any, ...]) -> Job:
    facts = dict(zip(COLUMNS.replace(" ", "").split(","), row, strict=True))
    facts["request"] = json.loads(facts["request"])
    facts["cancel"] = bool(facts["cancel"])
    facts["errors"] = tuple(json.loads(facts["errors"]))
    facts["notes"] = tuple(json.loads(facts["notes"]))
    return Job(**facts)
