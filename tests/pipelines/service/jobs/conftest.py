"""Jobs whose processes are small scripts, so that a test of the runner does not load torch."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fourfold.pipelines.service.jobs import runner

BEFORE = """
import json, os, signal, sys, time
from pathlib import Path

def finish(status, message=""):
    Path("result").mkdir(exist_ok=True)
    if not Path("result/config.json").exists():
        Path("result/config.json").write_text("{}")
    told = {"status": status, "message": message, "errors": [], "notes": ["a note"]}
    Path(".outcome.json").write_text(json.dumps(told))
"""


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that makes every job run this script in its folder."""

    def act(script: str) -> None:
        def start(folder: Path) -> subprocess.Popen[bytes]:
            with (folder / ".log").open("ab") as log:
                return subprocess.Popen(
                    [sys.executable, "-I", "-c", BEFORE + script],
                    cwd=folder,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )

        monkeypatch.setattr(runner, "start_child", start)

    return act
