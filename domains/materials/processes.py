"""Slow work on many crystals: shared among processes where it pays, with a progress bar."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from ...shared.errors import InputError

Answer = TypeVar("Answer")


def processes_for(workers: int | None, rows: int, worth: int, chunk: int) -> int:
    """How many processes to use.

    Args:
        workers: as the user says; None: as many as there are processors, if it pays.
        worth: rows before another process pays for its start. `chunk`: rows that go to a process at once.

    Raises:
        InputError: workers below 1.
    """
    if workers is not None:
        if workers < 1:
            raise InputError("workers", f"is {workers}", expected="1 or more, or None")
        return min(workers, max(1, rows // chunk))
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, max(1, rows // worth))


def in_turn(work: Callable[..., Answer], jobs: Sequence[tuple[Any, ...]], processes: int) -> Iterator[Answer]:
    """The answers in the order of the jobs, each as soon as it and those before it are done."""
    if processes <= 1 or len(jobs) <= 1:
        for job in jobs:
            yield work(*job)
        return
    # joblib comes with pymatgen; its processes do not run the caller's script again, as spawned ones would.
    from joblib import Parallel, delayed

    pool: Any = Parallel(n_jobs=processes, return_as="generator")
    yield from pool(delayed(work)(*job) for job in jobs)


@contextlib.contextmanager
def progress(rows: int, what: str, least: int = 1_000) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal for `least` rows or more, silence elsewhere; call it with rows done."""
    if rows < least or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=rows)
        yield lambda count: bar.advance(task, count)
        bar.update(task, completed=rows)
