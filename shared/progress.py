"""Signs of life on a terminal while slow work goes on."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def progress(rows: int, what: str, least: int = 1) -> Iterator[Callable[[float], None]]:
    """A bar on a terminal for `least` rows or more, silence elsewhere; call what it gives with rows, or parts
    of them, that were done."""
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


@contextlib.contextmanager
def waiting(what: str) -> Iterator[None]:
    """A turning sign on a terminal beside what is being done, where that cannot be counted; else silence."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status(escape(what)):
        yield
