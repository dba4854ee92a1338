"""The process of a job: started in a group of its own, known again after a restart, ended whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

MODULE = "fourfold.pipelines.service.jobs.child"
LOG = ".log"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def start_child(folder: Path) -> subprocess.Popen[bytes]:
    """Run the job in `folder`, its words going to a file there.

    The child's standard input is a pipe whose other end only this process holds: when this process is gone,
    however it ended, the pipe closes and the child ends itself with all that it started.
    """
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(
            # -P: nothing that lies in the job's folder is ever imported.
            [sys.executable, "-P", "-m", MODULE],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end_group(pid: int, number: int = signal.SIGTERM) -> None:
    """Send a signal to a child and to all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def process_mark(pid: int) -> str | None:
    """Text that no other process ever has: number, moment of birth, and start of the machine.

    None where the system does not tell (then only the pipe ends orphans), or the process is gone.
    """
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if words[0] == "Z":
            return None
        return f"{pid} {words[19]} {_BOOT.read_text().strip()}"
    except (OSError, IndexError):
        return None


def end_orphan(mark: str | None, patience: float = 10.0) -> None:
    """End the process of this mark, left by a server that was killed, and wait until it is gone."""
    if mark is None or process_mark(pid := int(mark.split()[0])) != mark:
        return
    end_group(pid, signal.SIGKILL)
    until = time.monotonic() + patience
    while process_mark(pid) == mark and time.monotonic() < until:
        time.sleep(0.02)
