"""Slow work on many crystals: shared among processes where it pays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from ...shared.errors import InputError

Answer = TypeVar("Answer")
USUAL_MEMORY = 16 * 2**30


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


def memory_bytes() -> int:
    """Main memory of this machine; a guess where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return USUAL_MEMORY


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
