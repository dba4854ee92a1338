"""Notes: warnings about the input, kept for the one whose request caused them."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ...shared.errors import InputWarning

log = logging.getLogger("fourfold.service")
_FILTER = ("always", None, InputWarning, None, 0)
_MOST, _LONGEST = 8, 300
"""Notes of a header, and characters of one."""
_notes: ContextVar[list[str] | None] = ContextVar("notes", default=None)


@contextmanager
def noted() -> Iterator[list[str]]:
    """Collects what is said about the input in here, in threads too that carry on this context.

    `warnings.catch_warnings` would not do: it belongs to the process, and requests overlap.
    """
    listen()
    notes: list[str] = []
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def notes_header(notes: list[str]) -> dict[str, str]:
    """The notes as the header X-Notes, a JSON array in ASCII, for answers that are no JSON themselves."""
    if not notes:
        return {}
    return {"X-Notes": json.dumps([note[:_LONGEST] for note in notes[:_MOST]])}


def listen() -> None:
    """Make warnings about the input pass by `_show`, whatever filters other threads have set."""
    if warnings.filters[:1] != [_FILTER]:
        warnings.filterwarnings("always", category=InputWarning)
    if not getattr(warnings.showwarning, "is_of_service", False):
        warnings.showwarning = _Show(warnings.showwarning)


class _Show:
    is_of_service = True

    def __init__(self, usual: Any) -> None:
        self.usual = usual

    def __call__(self, message: Warning | str, category: type[Warning], *rest: Any, **named: Any) -> None:
        if not issubclass(category, InputWarning):
            self.usual(message, category, *rest, **named)
            return
        note, notes = " ".join(str(message).split()), _notes.get()
        if notes is None:
            log.info("note: %s", note)
        elif note not in notes:
            notes.append(note)
