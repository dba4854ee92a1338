"""Training of the speech vocoder: spectral losses first, then the game with the discriminators."""

from __future__ import annotations

import os
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ..domains.audio.features.settings import PRESETS as FEATURES
from ..domains.audio.features.settings import FeatureSettings
from ..domains.audio.wavehax.settings import PRESETS as NETWORKS
from ..domains.audio.wavehax.settings import WavehaxSettings
from ..shared.errors import InputError

if TYPE_CHECKING:
    from ..domains.audio.corpus import Corpus
    from ..domains.audio.vocoder_training import StageSettings

SPEECH = Path("audio") / "librispeech_train100"
"""Below $FOURFOLD_DATA: 251 speakers, one sentence or two of each."""
SOURCES = {
    SPEECH.name: ("LibriSpeech train-clean-100 (251 sentences)", "cc-by-4.0"),
    "ljspeech32": ("LJ Speech (32 sentences)", "public domain"),
}
"""What a card calls the folders of the benchmark sets, and their licences."""


class Settings(BaseModel):
    """How a vocoder is trained from random weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: tuple[str, ...] = ()
    """Folders of speech, each split by itself; none: LibriSpeech below $FOURFOLD_DATA.

    One that is named twice is drawn from twice as often. In the shell they are parted by commas; a name
    that has one is written as a list, data=["a,b"]."""
    features: FeatureSettings = FEATURES[16_000]
    network: WavehaxSettings = NETWORKS["wavehax-16k-light"]
    discriminators: Literal["small", "full", "full-48k"] = "small"
    spectral_steps: int = Field(default=60_000, ge=0)
    """Steps without discriminators."""
    spectral_rate: float = Field(default=1e-3, gt=0)
    adversarial_steps: int = Field(default=300_000, ge=0)
    adversarial_rate: float = Field(default=2e-4, gt=0)
    adversarial_share: float = Field(default=1.0, gt=0, le=1)
    """How much is kept of what the discriminators changed; 1: all.

    Small ones take some of the buzz away, but pitch at x2 gets worse."""
    batch_size: int = Field(default=4, ge=1)
    frames: int = Field(default=32, ge=8)
    validate_every: int = Field(default=1_000, ge=1)
    seed: int = Field(default=0, ge=0)
    minutes: float | None = Field(default=None, gt=0)
    """Stop after that time; the same command goes on from there."""

    @field_validator("data", mode="before")
    @classmethod
    def _folders(cls, given: object) -> object:
        """One folder without a list, or none, are fine; a name may look like a number or a date to YAML."""
        if given is None:
            return ()
        folders = [str(one) for one in (given if isinstance(given, (list, tuple)) else (given,))]
        for number, folder in enumerate(folders, 1):
            if not folder.strip():
                raise ValueError(f"folder {number} of {len(folders)} has no name")
        return tuple(folders)


def recipe(preset: str) -> dict[str, Any]:
    """full is how a vocoder is made on one processor core in many hours; quick shows that it runs."""
    spelt_out = {
        "features": FEATURES[16_000].model_dump(mode="json"),
        "network": NETWORKS["wavehax-16k-light"].model_dump(mode="json"),
    }
    if preset == "full":
        return spelt_out
    return {**spelt_out, "spectral_steps": 40, "adversarial_steps": 20, "validate_every": 20}


def run_pipeline(settings: Settings, out: Path, command: str = "") -> Path:
    """Train in the folder `out`, going on with what is there, and write out/artifact.

    Args:
        command: that asked for it, for the card.

    Returns:
        The model card in the artefact's folder, which `Vocoder.load` takes.

    Raises:
        InputError: there is no speech to train on, a folder is missing or holds too little of it, or `out`
            holds a training with other speech or settings.
    """
    import time

    from ..domains.audio.mel_statistics import MelStatistics
    from ..domains.audio.vocoder import Vocoder
    from ..domains.audio.vocoder_training import train_stage
    from ..shared.training.weight_blend import blend_weights

    began = time.monotonic()
    named = [Path(data).expanduser() for data in settings.data] or [_benchmark_speech()]
    folders = [folder.resolve() for folder in named]
    corpus = _corpus(folders, settings.features, out)
    statistics = MelStatistics.of(corpus.split("train"), settings.features)
    vocoder = Vocoder.untrained(settings.features, settings.network, statistics, settings.seed)
    steps = {}
    for name, stage in _stages(settings).items():
        left = None if settings.minutes is None else settings.minutes * 60 - (time.monotonic() - began)
        if left is not None and left <= 0:
            break
        before = deepcopy(vocoder.generator.state_dict())
        result = train_stage(
            vocoder.generator, settings.network, corpus, statistics, stage, out / name, max_seconds=left
        )
        if stage.discriminators is not None:
            blend_weights(vocoder.generator, before, settings.adversarial_share)
        steps[name] = result.step
        if result.step < stage.steps:
            break
    vocoder.save(out / "artifact", _card(folders, _told(steps, settings.adversarial_share), command))
    return out / "artifact" / "README.md"


def _corpus(folders: list[Path], features: FeatureSettings, out: Path) -> Corpus:
    """Each folder is kept in a file of its own: corpus.npz, corpus-2.npz and so on."""
    from ..domains.audio.corpus import read_corpus
    from ..domains.audio.features.audio_folder import audio_files
    from ..domains.audio.joined_corpus import JoinedCorpus

    for folder in folders:
        audio_files(folder)  # all are there before the first is read
    read = {
        folder: read_corpus(folder, features, out / f"corpus{f'-{number}' if number > 1 else ''}.npz")
        for number, folder in enumerate(dict.fromkeys(folders), 1)
    }
    return JoinedCorpus.of([read[folder] for folder in folders]) if len(folders) > 1 else read[folders[0]]


def _benchmark_speech() -> Path:
    named = os.environ.get("FOURFOLD_DATA")
    if named is None or not (Path(named) / SPEECH).is_dir():
        raise InputError(
            "data",
            "no speech to train on",
            expected="a folder of recordings",
            remedy="Set data=FOLDER, or $FOURFOLD_DATA to the benchmark sets",
        )
    return Path(named) / SPEECH


def _stages(settings: Settings) -> dict[str, StageSettings]:
    from ..domains.audio.discriminators.ensemble import PRESETS as DISCRIMINATORS
    from ..domains.audio.objectives import VocoderRecipe
    from ..domains.audio.vocoder_training import StageSettings
    from ..shared.training.settings import ScheduleSettings

    same: dict[str, Any] = {
        "batch_size": settings.batch_size,
        "frames": settings.frames,
        "validate_every": settings.validate_every,
    }
    warm_up = ScheduleSettings(warm_up=min(500, max(settings.spectral_steps // 4, 1)))
    stages = {}
    if settings.spectral_steps:
        stages["spectral"] = StageSettings(
            recipe=VocoderRecipe(resolutions=22.5, learning_rate=settings.spectral_rate),
            steps=settings.spectral_steps,
            schedule=warm_up,
            seed=settings.seed,
            **same,
        )
    if settings.adversarial_steps:
        stages["adversarial"] = StageSettings(
            recipe=VocoderRecipe(resolutions=22.5, learning_rate=settings.adversarial_rate),
            discriminators=DISCRIMINATORS[settings.discriminators],
            steps=settings.adversarial_steps,
            schedule=ScheduleSettings(kind="cosine", warm_up=min(500, settings.adversarial_steps // 4)),
            seed=settings.seed + 1,
            **same,
        )
    return stages


def _told(steps: dict[str, int], share: float) -> str:
    """What was trained, for the card: "40 spectral, 20 adversarial steps"."""
    done = ", ".join(f"{count:,} {name}" for name, count in steps.items()) or "no"
    kept = "adversarial" in steps and share < 1
    return f"{done} steps" + (f" ({share:g} of what the last ones changed is kept)" if kept else "")


def _source(folder: Path) -> tuple[str, str] | None:
    """Name and licence of a benchmark set; None for any other folder."""
    home = os.environ.get("FOURFOLD_DATA")
    known = home is not None and folder.parent == (Path(home) / SPEECH.parent).resolve()
    return SOURCES.get(folder.name) if known else None


def _card(folders: list[Path], done: str, command: str) -> Any:
    from ..shared.artifact.card import DataUse, ModelCard

    sources = {folder: _source(folder) for folder in folders}
    uses = []
    for folder, times in Counter(folders).items():
        name, licence = sources[folder] or (folder.name, "the user's own")
        often = f", drawn from {times} times as often" if times > 1 else ""
        uses.append(DataUse(name=name + often, license=licence))
    return ModelCard(
        title="Wavehax vocoder",
        summary=f"Speech from log-mel spectra and pitch, after {done}.",
        license="cc-by-4.0" if all(sources.values()) else "other",
        tags=("vocoder", "text-to-speech"),
        datasets=tuple(uses),
        command=command,
        limits="Read speech only; music and other sounds were not part of the training.",
    )
