"""Sentences spoken by espeak-ng, a formant synthesiser that many machines have: real words, four voices."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ....shared.errors import InputError
from ..features.reading import read_audio
from ..features.writing import write_audio

PROGRAM = "espeak-ng"
VOICES = {"en-us+m3": 40, "en-us+f2": 55, "en-gb+m7": 30, "en-gb+f4": 65}
"""Voice and variant, with its pitch on the program's scale of 0 to 99."""
SENTENCES = (
    "The north wind and the sun argued about which of them was the stronger.",
    "A traveller came along the road, wrapped in a warm cloak.",
    "Whoever made him take it off should be called the stronger one.",
    "Then the wind blew as hard as it could, but he only held on tighter.",
    "In the end it gave up, and the sun began to shine.",
    "Soon the traveller grew hot and took off his cloak.",
    "Please leave your name and number, and we will call you back.",
    "Six hundred and forty two people live on this small island.",
    "Why would anyone measure the same thing twice?",
    "Fresh bread, yellow cheese and a jug of water stood on the table.",
    "She sells shells and he fishes for salmon in the shallow river.",
    "Nobody knew how deep the old well behind the house really was.",
)
NOTE = "Speech made by the program espeak-ng; no recording of anybody.\n"


def espeak_voices(folder: str | os.PathLike[str], rate: int = 16_000) -> Path:
    """Make a folder of wav files, four voices of twelve sentences, and return it; an existing one is kept.

    Raises:
        InputError: there is no espeak-ng, or it fails.
    """
    target = Path(folder)
    if target.is_dir() and any(target.rglob("*.wav")):
        return target
    if shutil.which(PROGRAM) is None:
        raise InputError("data", f"needs {PROGRAM}, which is not here", remedy=f"apt install {PROGRAM}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".espeak-") as room:
        made = Path(room) / "made"
        for voice, pitch in VOICES.items():
            for number, sentence in enumerate(SENTENCES, 1):
                said = Path(room) / "said.wav"
                _say(sentence, voice, pitch, said)
                write_audio(made / voice / f"{number:02}.wav", read_audio(said, rate))
        (made / "README.txt").write_text(NOTE)
        if target.is_dir():
            target.rmdir()
        made.replace(target)
    return target


def _say(sentence: str, voice: str, pitch: int, path: Path) -> None:
    command = [PROGRAM, "-v", voice, "-p", str(pitch), "-s", "150", "-w", str(path), sentence]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired as error:
        raise InputError("data", f"{PROGRAM} took longer than 60 s") from error
    if done.returncode or not path.is_file():
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise InputError("data", f"{PROGRAM} failed: {last}", remedy="Name a folder of recordings")
