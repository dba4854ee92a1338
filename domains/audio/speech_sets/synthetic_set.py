"""A folder of synthetic voices, for machines without recordings."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import numpy as np

from ..features.audio import Audio
from ..features.writing import write_audio
from .synthetic_voice import speech_contour, synthetic_voice

NOTE = "Synthetic voices: harmonics and noise through resonators, no recording of anybody, no words.\n"


def synthetic_set(
    folder: str | os.PathLike[str],
    *,
    speakers: int = 6,
    utterances: int = 6,
    seconds: float = 3.0,
    sample_rate: int = 16_000,
    pitch: tuple[float, float] = (80.0, 300.0),
    seed: int = 0,
) -> Path:
    """Write `synthetic<speaker>-<n>.wav` with a .json of its pitch and sounds; an existing folder is kept.

    Speakers differ in pitch (their ranges fill `pitch`, each a third of an octave up or down around its own)
    and in the length of the vocal tract.
    """
    target = Path(folder)
    if target.is_dir() and any(target.glob("*.wav")):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    hop = sample_rate // 100
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".voices-") as room:
        made = Path(room) / "made"
        made.mkdir()
        for speaker in range(speakers):
            middle = pitch[0] * (pitch[1] / pitch[0]) ** ((speaker + 0.5) / speakers)
            low, high = max(pitch[0], middle * 2 ** (-1 / 3)), min(pitch[1], middle * 2 ** (1 / 3))
            for n in range(utterances):
                draws = np.random.default_rng([seed, speaker, n])
                f0 = speech_contour(round(seconds * sample_rate / hop), low, high, draws)
                said = synthetic_voice(
                    f0,
                    sample_rate=sample_rate,
                    hop=hop,
                    tract=0.9 + 0.25 * speaker / max(speakers - 1, 1),
                    seed=int(draws.integers(1 << 31)),
                )
                name = f"synthetic{speaker}-{n}"
                write_audio(made / f"{name}.wav", Audio(said.samples, sample_rate))
                labels = {"hop": hop, "f0": said.f0.round(3).tolist(), "sounds": said.sounds}
                (made / f"{name}.json").write_text(json.dumps(labels))
        (made / "README.txt").write_text(NOTE)
        if target.is_dir():
            target.rmdir()
        made.replace(target)
    return target
