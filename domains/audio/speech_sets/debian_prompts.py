"""Telephone prompts read by Allison Smith, from Debian's `asterisk-core-sounds-en-g722` (CC BY-SA 3.0)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from ....shared.errors import InputError
from ..features.audio import Audio
from ..features.writing import write_audio
from .g722 import RATE, decode_g722

PACKAGE = "asterisk-core-sounds-en-g722"
INSTALLED = Path("/usr/share/asterisk/sounds")
REMEDY = f"apt install {PACKAGE}, or name a folder of recordings"


def debian_prompts(folder: str | os.PathLike[str], least_seconds: float = 2.0) -> Path:
    """Make a folder of wav files (16 kHz, one speaker) and return it; one that is there already is kept.

    Installed prompts are decoded, or else the package is fetched by apt, which needs no rights for that.

    Args:
        least_seconds: shorter prompts (digits, letters) are left out.

    Raises:
        InputError: no apt, no such package or no network.
    """
    target = Path(folder)
    if target.is_dir() and any(target.glob("*.wav")):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".prompts-") as room:
        root = INSTALLED if any(INSTALLED.rglob("*.g722")) else _fetched(Path(room))
        made = Path(room) / "made"
        made.mkdir()
        for path in sorted(root.rglob("*.g722")):
            samples = decode_g722(path.read_bytes()).astype(np.float32) / 32_768
            if len(samples) >= least_seconds * RATE and "silence" not in path.parts:
                name = "-".join(path.relative_to(root).with_suffix(".wav").parts[-2:])
                write_audio(made / name, Audio(samples, RATE))
        if not any(made.iterdir()):
            raise InputError("data", f"holds no prompt of {least_seconds:g} s", where=str(root))
        (made / "LICENCE.txt").write_text(
            f"Prompts of Debian's {PACKAGE}, spoken by Allison Smith. Creative Commons BY-SA 3.0.\n"
        )
        if target.is_dir():
            target.rmdir()
        made.replace(target)
    return target


def _fetched(room: Path) -> Path:
    """The package's files, unpacked into the room."""
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise InputError("data", f"needs {tool}, which is not here", remedy="name a folder of recordings")
    # Without a network the answer comes soon, not after apt's own minutes of waiting.
    patience = (
        "-o",
        "Acquire::Retries=0",
        "-o",
        "Acquire::http::Timeout=10",
        "-o",
        "Acquire::https::Timeout=10",
    )
    _call(["apt-get", *patience, "download", "-q", PACKAGE], room)
    archives = list(room.glob("*.deb"))
    if not archives:
        raise InputError("data", f"apt fetched no {PACKAGE}", remedy=REMEDY)
    _call(["dpkg-deb", "-x", str(archives[0]), "files"], room)
    return room / "files"


def _call(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired as error:
        raise InputError("data", f"{command[0]} took longer than 300 s", remedy=REMEDY) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise InputError("data", f"{command[0]} failed: {last}", remedy=REMEDY)
