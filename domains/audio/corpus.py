"""A folder of speech as arrays: samples and pitch of every utterance, split by speaker, kept in one file."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from ...shared.errors import InputError
from ...shared.training.run_claim import Fact
from .features.audio_features import AudioFeatures
from .features.audio_folder import audio_files, read_files
from .features.settings import FeatureSettings

SHARE = 0.05
"""Of the speakers, for validation and again for the test."""
_LIBRISPEECH = re.compile(r"(\d+)-\d+-\d+")

Split = Literal["train", "validation", "test"]


@dataclass(frozen=True)
class Utterance:
    """One recording: float32 samples [T * hop], and f0 [T] in Hz (0 where unvoiced)."""

    name: str
    speaker: str
    samples: np.ndarray
    f0: np.ndarray


@dataclass(frozen=True)
class Corpus:
    """Utterances of a folder, in the order of their names."""

    features: FeatureSettings
    utterances: tuple[Utterance, ...]

    def origin(self) -> dict[str, Iterable[Fact]]:
        """What a run learns from, for `claim_run`."""
        heard = (said.samples for said in self.utterances)
        return {"features": (self.features.digest(),), "recordings": heard}

    def split(self, part: Split) -> list[Utterance]:
        """Speakers in order: the first for training, then 5 % for validation, the last 5 % for the test.

        Each part has a speaker at least where there are three; with fewer, utterances are split instead.
        """
        chosen = split_speakers([u.speaker for u in self.utterances], part)
        if chosen is not None:
            return [u for u in self.utterances if u.speaker in chosen]
        names = split_speakers([u.name for u in self.utterances], part)
        if names is None:
            problem = f"holds {len(self.utterances)} usable recordings"
            raise InputError("data", problem, expected="three at least: to learn, to select, to test")
        return [u for u in self.utterances if u.name in names]


def split_speakers(speakers: Sequence[str], part: Split) -> set[str] | None:
    """Speakers of one part; None where there are fewer than three. Numbers sort as numbers."""
    ordered = sorted(set(speakers), key=lambda s: (0, int(s), s) if s.isdecimal() else (1, 0, s))
    if len(ordered) < 3:
        return None
    held = max(round(SHARE * len(ordered)), 1)
    cut = len(ordered) - 2 * held
    parts = {"train": ordered[:cut], "validation": ordered[cut : cut + held], "test": ordered[cut + held :]}
    return set(parts[part])


def read_corpus(folder: Path, features: FeatureSettings, cache: Path | None = None) -> Corpus:
    """All recordings below `folder`, at the features' rate, with their pitch.

    Args:
        cache: an .npz file to keep the arrays in; it is used again while names, contents and features agree,
            and written anew where it is damaged.

    Raises:
        InputError: no such folder, or fewer than three usable recordings in it; with a table of all.
    """
    paths = audio_files(folder)
    listing = [f"{path.relative_to(folder)} {_content_hash(path)}" for path in paths]
    digest = hashlib.sha256("\n".join([features.digest(), *listing]).encode()).hexdigest()
    if cache is not None and cache.exists():
        kept = _read_cache(cache, features, digest)
        if kept is not None:
            return kept
    sounds = read_files(paths, features.sample_rate).require_usable(least=3, where=str(folder))
    recipe = AudioFeatures(features)
    utterances = []
    for path, audio in sounds.items():
        f0 = recipe.f0(audio)
        samples = np.pad(audio.samples, (0, len(f0) * features.hop - len(audio)))
        name = path.relative_to(folder).with_suffix("").as_posix()
        utterances.append(Utterance(name, speaker_of(path, folder), samples, f0))
    corpus = Corpus(features, tuple(utterances))
    if cache is not None:
        _write_cache(cache, corpus, digest)
    return corpus


def speaker_of(path: Path, folder: Path) -> str:
    """The subfolder it lies in, or the first number of a LibriSpeech name, or the file itself."""
    named = _LIBRISPEECH.fullmatch(path.stem)
    if named:
        return named[1]
    inside = path.relative_to(folder).parts
    return inside[0] if len(inside) > 1 else path.stem


def _write_cache(cache: Path, corpus: Corpus, digest: str) -> None:
    utterances = corpus.utterances
    cache.parent.mkdir(parents=True, exist_ok=True)
    part = cache.with_suffix(".part.npz")
    np.savez(
        part,
        digest=digest,
        names=np.array([u.name for u in utterances]),
        speakers=np.array([u.speaker for u in utterances]),
        frames=np.array([len(u.f0) for u in utterances]),
        samples=np.concatenate([u.samples for u in utterances]),
        f0=np.concatenate([u.f0 for u in utterances]),
    )
    part.replace(cache)


def _content_hash(path: Path) -> str:
    """Of a file's bytes; reading it tells what is wrong with one that cannot be opened."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "blake2b").hexdigest()
    except OSError:
        return "unreadable"


def _read_cache(cache: Path, features: FeatureSettings, digest: str) -> Corpus | None:
    """What was kept, if it belongs to these recordings and is whole."""
    if not zipfile.is_zipfile(cache):
        return None
    try:
        return _kept(cache, features, digest)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error):
        return None


def _kept(cache: Path, features: FeatureSettings, digest: str) -> Corpus | None:
    with np.load(cache, allow_pickle=False) as kept:
        if str(kept["digest"]) != digest:
            return None
        ends = np.cumsum(kept["frames"])
        f0 = np.split(kept["f0"], ends[:-1])
        samples = np.split(kept["samples"], ends[:-1] * features.hop)
        rows = zip(kept["names"], kept["speakers"], samples, f0, strict=True)
        return Corpus(features, tuple(Utterance(str(n), str(s), x, p) for n, s, x, p in rows))
