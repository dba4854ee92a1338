"""Copies to listen to: held-out recordings made anew in several ways, as flac files with their pitch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from ...domains.audio.features.audio import Audio
from ...domains.audio.features.writing import write_audio
from ...domains.audio.vocoder import Vocoder
from ..output_file import write_json
from .evaluating import griffin_lim_copy, measured_pitch
from .settings import Settings

BEST_SECONDS = 4.0
"""Recordings of about this length are chosen: long enough to judge, short enough to hear all copies."""


class Clip(BaseModel):
    """One sound of an example."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    file: str
    factor: float | None
    """Pitch asked for, of the original's; None for the original and where nothing was asked."""


class Example(BaseModel):
    """One recording and its copies; pitch tracks lie in `<name>.npz`, by file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    seconds: float
    clips: list[Clip]


def make_examples(vocoder: Vocoder, speech: Path, settings: Settings, folder: Path) -> list[Example]:
    """Write `<name>-<n>.flac` and `<name>.npz` for each example, and `examples.json`."""
    sounds = {path.stem: vocoder.features.read(path) for path in sorted(speech.glob("*.wav"))}
    chosen = sorted(sounds, key=lambda name: abs(sounds[name].seconds - BEST_SECONDS))[: settings.examples]
    examples = [_example(name, sounds[name], vocoder, settings, folder) for name in chosen]
    write_json([example.model_dump(mode="json") for example in examples], folder / "examples.json")
    return examples


def _example(name: str, heard: Audio, vocoder: Vocoder, settings: Settings, folder: Path) -> Example:
    up, down, formant, seed = settings.pitch_up, settings.pitch_down, settings.formant, settings.seed
    made: list[tuple[str, float | None, Audio]] = [
        ("Original", None, heard),
        ("Copy", 1.0, vocoder.resynthesize(heard, seed=seed)),
        (f"Pitch up, × {up:g}", up, vocoder.resynthesize(heard, up, seed=seed)),
        (f"Pitch down, × {down:g}", down, vocoder.resynthesize(heard, down, seed=seed)),
        (f"Formants × {formant:g}", 1.0, vocoder.resynthesize(heard, formant=formant, seed=seed)),
        ("Copy by Griffin-Lim", None, griffin_lim_copy(heard, vocoder.features, seed)),
    ]
    tracks, clips = {}, []
    pitch = vocoder.features.f0(heard)
    for number, (title, factor, audio) in enumerate(made):
        file = f"{name}-{number}.flac"
        write_audio(folder / file, limited(audio))
        tracks[file] = measured_pitch(audio, vocoder.features.settings, pitch * np.float32(factor or 1.0))
        clips.append(Clip(title=title, file=file, factor=factor))
    with (folder / f"{name}.npz").open("wb") as target:
        np.savez(target, **tracks)
    return Example(name=name, seconds=heard.seconds, clips=clips)


def limited(audio: Audio) -> Audio:
    """The same, scaled down where it would leave full scale."""
    peak = float(np.abs(audio.samples).max())
    return audio if peak <= 1 else Audio(audio.samples / np.float32(peak), audio.sample_rate)
