"""Prepare: recordings found or made, cut, resampled and dealt out into parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from ...domains.audio.corpus import Corpus, Split, Utterance, read_corpus, speaker_of
from ...domains.audio.features.audio import Audio
from ...domains.audio.features.audio_folder import audio_files, read_files
from ...domains.audio.features.settings import FeatureSettings
from ...domains.audio.features.writing import write_audio
from ...domains.audio.speech_sets.speech_set import KINDS, speech_set
from ...shared.errors import InputError
from ..output_file import write_json
from .settings import Settings

PARTS: tuple[Split, ...] = ("test", "validation", "train")
SHORTEST = 0.5
"""Seconds; shorter pieces are left out."""
MOST = {"test": 0.25, "validation": 0.34}
"""Of the speech that is left, at most this share goes to a part, so that enough remains to learn from."""


class SpeechSummary(BaseModel):
    """What the run was given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    """"folder", or one of the kinds that a machine makes by itself."""
    title: str
    licence: str
    passed_over: dict[str, str]
    """Better kinds that could not be had, with the reason."""
    sample_rate: int
    recordings: int
    unusable: dict[str, str]
    """Recordings that could not be used, with the reason; a few of them."""
    parts: dict[str, tuple[int, float]]
    """Pieces and seconds of each part."""
    divided: str
    """What no two parts share: speakers, recordings, or only pieces."""


@dataclass(frozen=True)
class PreparedCorpus(Corpus):
    """Utterances in the parts that the run dealt them out to: the first folder of their names."""

    def split(self, part: Split) -> list[Utterance]:
        """The utterances of a part."""
        return [u for u in self.utterances if u.name.startswith(f"{part}/")]


def is_folder(data: str) -> bool:
    """Whether `data` names a folder rather than a kind of speech."""
    return data != "auto" and data not in KINDS


def prepare_speech(settings: Settings, features: FeatureSettings, folder: Path) -> SpeechSummary:
    """Write `speech/<part>/<piece>.wav` at the features' rate, `corpus.npz` with pitch and `summary.json`.

    Raises:
        InputError: no such folder, or too little speech in it.
    """
    if is_folder(settings.data):
        root, passed_over = Path(settings.data).expanduser(), {}
        kind, title, licence = "folder", f"the recordings in {root.name or root}", "your own"
    else:
        made = speech_set(settings.data)
        root, passed_over = made.folder, dict(made.passed_over)
        kind, title, licence = made.kind, made.title, made.licence
    read = read_files(audio_files(root), features.sample_rate)
    usable = read.require_usable(1)
    pieces = {
        (path, number): piece
        for path, audio in usable.items()
        for number, piece in enumerate(_cut(audio, settings.longest))
    }
    divided, group = _groups(list(pieces), root)
    dealt = _deal([group[key] for key in pieces], [p.seconds for p in pieces.values()], settings)
    chosen = {key: part for key, part in zip(pieces, dealt, strict=True) if part is not None}
    for (path, number), part in chosen.items():
        target = folder / "speech" / part / _name(path.relative_to(root), number)
        while target.exists():  # a.wav beside a.flac
            target = target.with_stem(f"{target.stem}+")
        write_audio(target, pieces[path, number], "float")
    counts = {
        part: (
            list(chosen.values()).count(part),
            sum(pieces[k].seconds for k, p in chosen.items() if p == part),
        )
        for part in reversed(PARTS)
    }
    unusable = {path.name: error.problem for path, error in read.failures.items()}
    unusable |= {path.name: "silence" for path, audio in read.sounds.items() if audio.silent}
    whole = {path for path, _ in pieces}
    unusable |= {path.name: f"shorter than {SHORTEST:g} s" for path in usable if path not in whole}
    summary = SpeechSummary(
        kind=kind,
        title=title,
        licence=licence,
        passed_over=passed_over,
        sample_rate=features.sample_rate,
        recordings=len(whole),
        unusable=dict(list(unusable.items())[:20]),
        parts=counts,
        divided=divided,
    )
    read_prepared(folder, features)
    write_json(summary.model_dump(mode="json"), folder / "summary.json")
    return summary


def read_prepared(folder: Path, features: FeatureSettings) -> PreparedCorpus:
    """The prepared speech with its pitch, which is measured once."""
    read = read_corpus(folder / "speech", features, folder / "corpus.npz")
    return PreparedCorpus(read.features, read.utterances)


def _name(path: Path, number: int) -> str:
    """A file name for a piece: the folders that it lay in, and its number after the first."""
    return "-".join(path.with_suffix("").parts) + (f"-{number}" if number else "") + ".wav"


def _cut(audio: Audio, longest: float) -> list[Audio]:
    """Pieces of equal length, none above `longest` seconds, without those that are too short or silent."""
    count = max(int(np.ceil(audio.seconds / longest)), 1)
    pieces = [Audio(x, audio.sample_rate) for x in np.array_split(audio.samples, count)]
    return [piece for piece in pieces if piece.seconds >= SHORTEST and not piece.silent]


def _groups(pieces: Sequence[tuple[Path, int]], root: Path) -> tuple[str, Mapping[tuple[Path, int], str]]:
    """What stays together in one part: speakers where there are three, else recordings, else pieces."""
    for divided, group in (
        ("speakers", {key: speaker_of(key[0], root) for key in pieces}),
        ("recordings", {key: str(key[0]) for key in pieces}),
        ("pieces", {key: f"{key[0]} {key[1]}" for key in pieces}),
    ):
        if len(set(group.values())) >= len(PARTS):
            alone = len({key[0] for key in pieces}) == len(set(group.values()))
            return ("recordings" if divided == "speakers" and alone else divided), group
    raise InputError(
        "data",
        f"holds {len(pieces)} usable recordings of {SHORTEST:g} s or more",
        where=str(root),
        expected="three at least: to learn, to decide, to measure",
    )


def _deal(groups: Sequence[str], seconds: Sequence[float], settings: Settings) -> list[Split | None]:
    """The part of each piece; None where its part has enough. Groups and pieces come in drawn order."""
    draws = np.random.default_rng(settings.seed)
    length = dict.fromkeys(sorted(set(groups)), 0.0)
    for name, duration in zip(groups, seconds, strict=True):
        length[name] += duration
    order = [str(name) for name in draws.permutation(list(length))]
    wanted: dict[Split, float] = {
        "test": settings.test_seconds,
        "validation": settings.validation_seconds,
        "train": settings.train_seconds,
    }
    of_group: dict[str, Split] = dict.fromkeys(order, "train")
    left = sum(length.values())
    for after, part in zip((2, 1), PARTS, strict=False):
        taken, share = 0.0, min(wanted[part], MOST[part] * left)
        while not taken or (taken < share and len(order) > after):
            name = order.pop(0)
            of_group[name] = part
            taken += length[name]
        left -= taken
    dealt: list[Split | None] = [None] * len(groups)
    spent: dict[Split, float] = dict.fromkeys(PARTS, 0.0)
    for n in map(int, draws.permutation(len(groups))):
        part = of_group[groups[n]]
        if spent[part] < wanted[part]:
            dealt[n] = part
            spent[part] += seconds[n]
    return dealt
