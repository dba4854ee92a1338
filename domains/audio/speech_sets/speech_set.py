"""Speech that a machine without recordings can get or make by itself, the best kind first."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ....shared.datasets.location import CACHE_VARIABLE
from ....shared.errors import InputError
from .debian_prompts import PACKAGE, debian_prompts
from .espeak_voices import espeak_voices
from .synthetic_set import synthetic_set


@dataclass(frozen=True)
class SpeechSet:
    """A folder of speech and what to say about it.

    Args:
        kind: "debian-prompts", "espeak-ng" or "synthetic-voice".
        passed_over: better kinds that could not be had, with the reason.
    """

    kind: str
    folder: Path
    title: str
    licence: str
    passed_over: Mapping[str, str]


@dataclass(frozen=True)
class _Kind:
    make: Callable[[Path], Path]
    title: str
    licence: str


KINDS = {
    "debian-prompts": _Kind(
        debian_prompts,
        f"telephone prompts read by Allison Smith, from Debian's {PACKAGE}",
        "Creative Commons BY-SA 3.0",
    ),
    "espeak-ng": _Kind(espeak_voices, "sentences spoken by the program espeak-ng", "no recording of anybody"),
    "synthetic-voice": _Kind(
        synthetic_set,
        "a synthetic voice: harmonics and noise through resonators, no words",
        "no recording of anybody",
    ),
}
"""In the order they are tried."""


def speech_set(kind: str = "auto", cache: Path | None = None) -> SpeechSet:
    """A folder of speech at 16 kHz, made once and kept in the user's cache ($FOURFOLD_CACHE moves it).

    Args:
        kind: one of `KINDS`; "auto": the first that this machine can have.
        cache: folder to keep it in instead.

    Raises:
        InputError: no such kind, or it cannot be had here.
    """
    if kind != "auto" and kind not in KINDS:
        raise InputError("data", f"is {kind!r}", expected=", ".join(("auto", *KINDS)))
    root = cache or _cache()
    passed_over: dict[str, str] = {}
    for name in KINDS if kind == "auto" else (kind,):
        chosen = KINDS[name]
        try:
            folder = chosen.make(root / name)
        except InputError as error:
            if name == kind or name == list(KINDS)[-1]:
                raise
            passed_over[name] = error.problem
            continue
        return SpeechSet(name, folder, chosen.title, chosen.licence, passed_over)
    raise AssertionError("the last kind is made or raises")


def _cache() -> Path:
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named).expanduser() / "speech"
    import pooch

    return Path(pooch.os_cache("fourfold")) / "speech"
