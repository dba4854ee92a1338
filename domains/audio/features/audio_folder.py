"""A folder of sound: what can be used, what cannot and why, as one table."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from ....shared.errors import InputError, InputWarning
from .audio import Audio
from .reading import read_quietly

SUFFIXES = (".wav", ".flac", ".ogg")
ROWS_SHOWN = 12


@dataclass(frozen=True)
class AudioFolder:
    """What reading many files came to.

    Args:
        sounds: by path, in order.
        failures: what was wrong with the others, by path.
    """

    sounds: dict[Path, Audio] = field(default_factory=dict)
    failures: dict[Path, InputError] = field(default_factory=dict)

    @property
    def usable(self) -> dict[Path, Audio]:
        """Sounds that are not silent."""
        return {path: audio for path, audio in self.sounds.items() if not audio.silent}

    def table(self) -> str:
        """One line a file, the bad ones first: what is wrong with it, or seconds and rate; twelve at most."""
        bad = [f"{path.name}: {error.problem}" for path, error in self.failures.items()]
        bad += [f"{path.name}: silence" for path, audio in self.sounds.items() if audio.silent]
        good = [
            f"{path.name}: {audio.seconds:.2f} s at {audio.sample_rate:,} Hz"
            for path, audio in self.usable.items()
        ]
        lines = [*bad, *good]
        more = [f"… and {len(lines) - ROWS_SHOWN} more"] if len(lines) > ROWS_SHOWN else []
        return "\n".join(f"  {line}" for line in [*lines[:ROWS_SHOWN], *more])

    def require_usable(self, least: int = 2, where: str | None = None) -> dict[Path, Audio]:
        """The usable sounds, all at one rate; `where` names the folder in the sentence.

        Raises:
            InputError: fewer than `least` of them, or several sample rates; with the table.
        """
        usable = self.usable
        if len(usable) < least:
            total = len(self.sounds) + len(self.failures)
            why = (
                "all are silent or unreadable"
                if total and not usable
                else f"{len(usable)} of {total} are usable"
            )
            raise InputError(
                "folder",
                f"holds too few sounds: {why}",
                where=where,
                expected=f"at least {least} files with sound in them",
                remedy=f"Add recordings, or repair these:\n{self.table()}",
            )
        rates = Counter(audio.sample_rate for audio in usable.values())
        if len(rates) > 1:
            counts = ", ".join(f"{count} at {rate:,} Hz" for rate, count in rates.most_common())
            raise InputError(
                "folder",
                f"mixes sample rates: {counts}",
                where=where,
                expected="one sample rate",
                remedy=f"Name the rate to resample them to:\n{self.table()}",
            )
        return usable


def read_folder(folder: str | PathLike[str], rate: int | None = None, **policy: Any) -> AudioFolder:
    """Every wav, flac and ogg file below a folder, by name; a bad file is listed and the rest goes on.

    Args:
        folder: searched with its subfolders; hidden files are left out.
        rate, policy: as for `read_audio`.

    Raises:
        InputError: there is no such folder (or it is a file), or no file with one of these suffixes in it.
    """
    return read_files(audio_files(folder), rate, **policy)


def read_files(paths: Iterable[str | PathLike[str]], rate: int | None = None, **policy: Any) -> AudioFolder:
    """As `read_folder`, for files by name; one `InputWarning` tells of each kind of remark."""
    read = AudioFolder()
    heard: dict[str, list[tuple[Path, str]]] = {}
    for path in map(Path, paths):
        try:
            audio, _ = read_quietly(path, rate, **policy)
        except InputError as error:
            if error.field not in ("audio file", "audio", "samples", "channel"):
                raise
            read.failures[path] = error
            continue
        read.sounds[path] = audio
        for remark in audio.remarks:
            if remark.warns:
                heard.setdefault(remark.kind, []).append((path, remark.text))
    for found in heard.values():
        path, text = found[0]
        others = f" (and {len(found) - 1} more files likewise)" if len(found) > 1 else ""
        warnings.warn(f"{path}: {text}{others}", InputWarning, stacklevel=2)
    return read


def audio_files(folder: str | PathLike[str]) -> list[Path]:
    """Paths of wav, flac and ogg files below a folder, sorted.

    Raises:
        InputError: as `read_folder`.
    """
    root = Path(folder)
    if not root.is_dir():
        problem = "is a file" if root.exists() else "does not exist"
        raise InputError("folder", problem, where=str(root), expected="a folder of wav, flac or ogg files")
    found = sorted(
        path
        for path in root.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    )
    if not found:
        raise InputError(
            "folder", "holds no sound", where=str(root), expected="files that end in .wav, .flac or .ogg"
        )
    return found
