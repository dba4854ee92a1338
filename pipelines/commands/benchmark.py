"""`fourfold benchmark [NAME]`: ours against the peers, measured here."""

from __future__ import annotations

import difflib
import runpy
import sys
from pathlib import Path

from ...shared.errors import InputError

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


def benchmark(name: str | None = None, /) -> int:
    """Run one benchmark, or list them with their last result.

    Parameters
    ----------
    name
        File name of the benchmark without .py; all are listed when it is not given.
    """
    scripts = find_scripts(FOLDER)
    if not scripts:
        raise InputError(
            "benchmark",
            "the installed package has no benchmarks",
            expected="a checkout of the repository",
            remedy="Clone it, install it with its bench extra, and run the command there",
        )
    if name is None:
        for script in scripts.values():
            measured = (
                "measured" if (FOLDER / "results" / f"{script.stem}.json").is_file() else "not yet measured"
            )
            print(f"{script.stem:28} {_first_line(script)}  [{measured}]")
        return 0
    if name not in scripts:
        near = difflib.get_close_matches(name, scripts, n=3, cutoff=0.4) or sorted(scripts)
        raise InputError("NAME", f"no benchmark is called {name!r}", expected=" or ".join(near))
    before = list(sys.argv)
    sys.argv = [str(scripts[name])]
    try:
        runpy.run_path(str(scripts[name]), run_name="__main__")
    finally:
        sys.argv = before
    return 0


def find_scripts(folder: Path) -> dict[str, Path]:
    """Benchmarks of a checkout by name: the files with a `main`."""
    found = sorted(folder.glob("*.py")) if folder.is_dir() else []
    return {script.stem: script for script in found if "\ndef main(" in script.read_text(encoding="utf-8")}


def _first_line(script: Path) -> str:
    import ast

    text = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]
