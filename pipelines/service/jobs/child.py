"""`python -m fourfold.pipelines.service.jobs.child`: one job, in the folder it is started in."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
import warnings
from pathlib import Path
from typing import Any

from ....shared.errors import InputError, InputErrors, InputWarning
from ...output_file import write_json
from ..plain_words import without_flags
from .work import OUTCOME, Order, carry_out

INTERRUPTED = 130
MOST_PROBLEMS = 50
"""Mistakes that are told one by one."""
NICENESS = 5
"""The server answers first."""


def main() -> int:
    """Do the job and write how it ended; 130 when it was stopped and is to go on later."""
    end_with_parent()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    notes: list[str] = []
    try:
        with warnings.catch_warnings():
            _collect(notes)
            carry_out(Order.read(Path()))
    except InputError as error:
        problems = error.problems if isinstance(error, InputErrors) else (error,)
        told = [without_flags(problem) for problem in problems[:MOST_PROBLEMS]]
        message = "\n".join(str(problem) for problem in told)
        if len(problems) > len(told):
            message += f"\nand {len(problems) - len(told):,} more"
        _finish("failed", message, [problem.as_dict() for problem in told], notes)
    except KeyboardInterrupt as stop:
        print(stop, flush=True)
        return INTERRUPTED
    except MemoryError:
        _finish("failed", "the machine has too little memory for this job", [], notes)
    except Exception as error:
        traceback.print_exc()
        _finish("failed", _fault(error), [], notes)
    else:
        _finish("done", "", [], notes)
    return 0


def end_with_parent() -> None:
    """End this process and all it starts as soon as whoever started it is gone, however it ended.

    Standard input is a pipe that only the parent holds open; its end is the parent's.
    """
    watched = os.dup(0)
    with open(os.devnull) as nothing:  # noqa: PTH123  (a descriptor, not a path)
        os.dup2(nothing.fileno(), 0)

    def watch() -> None:
        while os.read(watched, 1):
            pass
        if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(INTERRUPTED)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _fault(error: Exception) -> str:
    from ....shared.training.failure import TrainingError

    if isinstance(error, TrainingError):
        return " ".join(str(error).split())
    return f"internal error ({type(error).__name__}); the server's log says where"


def _collect(notes: list[str]) -> None:
    usual = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *rest: Any, **named: Any) -> None:
        note = " ".join(str(message).split())
        if not issubclass(category, InputWarning):
            usual(message, category, *rest, **named)
        elif note not in notes:
            notes.append(note)

    warnings.showwarning = show
    warnings.simplefilter("always", InputWarning)


def _finish(status: str, message: str, errors: list[dict[str, str | None]], notes: list[str]) -> None:
    write_json({"status": status, "message": message, "errors": errors, "notes": notes}, OUTCOME)


def read_outcome(folder: Path) -> dict[str, Any] | None:
    """How the job in this folder ended; None when it did not."""
    try:
        return json.loads((folder / OUTCOME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


if __name__ == "__main__":
    sys.exit(main())
