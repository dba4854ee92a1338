"""The `fourfold` command: its sub-commands, and how it ends.

Exit codes: 0 done, 1 a fault of ours, 2 the input or a flag is wrong, 130 stopped by the person.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

from cyclopts import App, CycloptsError

from .. import __version__
from ..shared.errors import InputError, InputErrors, InputWarning

PACKAGE = "fourfold.pipelines.commands"
HELP = ([], ["--help"], ["-h"])
INTERRUPTED = 130
WRONG_INPUT = 2
FAULT = 1

app = App(
    name="fourfold",
    version=__version__,
    help="Time series, graphs, audio and materials on one training core.",
    help_epilogue="Data of your own: docs/cli.md. `--traceback` before a command shows where an error arose.",
    help_format="plaintext",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
"""Sub-commands are named by import path: their files are read when the help or the command needs them."""

app.command(f"{PACKAGE}.run:run")
app.command(f"{PACKAGE}.forecast:forecast")
app.command(f"{PACKAGE}.impute:impute")
app.command(f"{PACKAGE}.diagnose:diagnose")
app.command(f"{PACKAGE}.synthesize:synthesize")
app.command(f"{PACKAGE}.generate:generate")
app.command(f"{PACKAGE}.finetune:finetune")
app.command(f"{PACKAGE}.evaluate:evaluate")
app.command(f"{PACKAGE}.serve:serve")
app.command(f"{PACKAGE}.models:models")
app.command(f"{PACKAGE}.data:data")
app.command(f"{PACKAGE}.benchmark:benchmark")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Developers see the traceback with `--traceback`
    (first on the line) or FOURFOLD_TRACEBACK=1."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    tracing = bool(os.environ.get("FOURFOLD_TRACEBACK"))
    if given[:1] == ["--traceback"]:
        given, tracing = given[1:], True
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names may be no text
    try:
        with warnings.catch_warnings():
            _tell_notes()
            if given in HELP:
                _read_commands()
            answer = app(given, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        return _refuse([_flat(error)], "See fourfold --help.")
    except InputErrors as errors:
        return _retell(errors, tracing) or _refuse([str(problem) for problem in errors.problems])
    except InputError as error:
        return _retell(error, tracing) or _refuse([str(error)])
    except KeyboardInterrupt as stop:
        return _refuse([str(stop) or "stopped"], code=INTERRUPTED)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  (stays open: the interpreter flushes it at exit)
        return 0
    except Exception as error:
        _retell(error, tracing)
        kind = type(error).__name__
        return _refuse([f"{kind}: {_flat(error)}"], "Add --traceback after fourfold to see where.", FAULT)
    return answer if isinstance(answer, int) else 0


def _read_commands() -> None:
    """Read the commands' files, whose first lines the list of commands shows."""
    for name in app:
        app[name]


def _tell_notes() -> None:
    """Show warnings about the input as notes, a list in one on lines of its own, all others as usual."""
    usual = warnings.showwarning
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *rest: Any, **named: Any) -> None:
        if issubclass(category, InputWarning):
            note = "\n  ".join(_one_line(part) for part in str(message).split("\n  "))
            if note not in told:  # a table that is read twice has nothing new to say
                print(f"fourfold: note: {note}", file=sys.stderr)
            told.add(note)
        else:
            usual(message, category, *rest, **named)

    warnings.showwarning = show
    warnings.simplefilter("default", InputWarning)


def _flat(error: Exception) -> str:
    return " ".join(str(error).split())


def _retell(error: Exception, tracing: bool) -> int:
    if tracing:
        raise error
    return 0


def _refuse(lines: Sequence[str], advice: str = "", code: int = WRONG_INPUT) -> int:
    for line in lines:
        print(f"fourfold: {_one_line(line)}", file=sys.stderr)
    if advice:
        print(f"fourfold: {advice}", file=sys.stderr)
    return code


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
