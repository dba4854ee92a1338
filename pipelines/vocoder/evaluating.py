"""Evaluate: copies of held-out recordings beside those of other ways, and what pitch they really have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from ...domains.audio.features.audio import Audio
from ...domains.audio.features.audio_features import AudioFeatures
from ...domains.audio.features.settings import FeatureSettings
from ...domains.audio.metrics.griffin_lim import griffin_lim
from ...domains.audio.metrics.scores import CopyScores
from ...domains.audio.vocoder import Vocoder
from ...domains.audio.vocoder_evaluation import evaluate_copies
from ..copy_scores import as_json
from ..output_file import write_json
from .settings import Settings

Copy = Callable[[Audio], Audio]

GRIFFIN_LIM, BEFORE, AFTER = "Griffin-Lim", "before", "fine-tuned"
TOLERANCE = 0.02
"""Of the pitch asked for."""
LOWEST = 0.8
"""Of the lowest pitch asked for: where measuring begins."""


class SystemScores(BaseModel):
    """Figures of one way to copy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: dict[str, float | None]
    files: dict[str, dict[str, float | None]]
    real_time_factor: float
    not_measured: dict[str, str]
    """Figure to the reason."""


class PitchCheck(BaseModel):
    """How well copies have the pitch asked for, over frames where both are voiced."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    factor: float
    frames: int
    within: float | None
    """Share of frames that are within 2 % of it; None without a voiced frame."""
    cents: float | None
    """Median distance."""
    still_voiced: float | None
    """Share of the original's voiced frames that are voiced in the copy."""


class Evaluation(BaseModel):
    """All figures of the run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    systems: dict[str, SystemScores]
    pitch: list[PitchCheck]


def evaluate_systems(original: Vocoder, tuned: Vocoder, speech: Path, seed: int) -> dict[str, SystemScores]:
    """Griffin-Lim, the model before and after fine-tuning, on the same recordings."""
    features = original.features

    def by_iteration(heard: Audio) -> Audio:
        return griffin_lim_copy(heard, features, seed)

    ways: dict[str, Copy] = {
        GRIFFIN_LIM: by_iteration,
        BEFORE: lambda heard: original.resynthesize(heard, seed=seed),
        AFTER: lambda heard: tuned.resynthesize(heard, seed=seed),
    }
    return {name: _figures(evaluate_copies(speech, features, copy)) for name, copy in ways.items()}


def griffin_lim_copy(heard: Audio, features: AudioFeatures, seed: int) -> Audio:
    """A copy from mel frames without a model."""
    samples = griffin_lim(features.mel(heard.samples), features.settings, seed=seed)
    return Audio(samples[: len(heard)], heard.sample_rate)


def check_pitch(vocoder: Vocoder, sounds: list[Audio], factor: float, seed: int) -> PitchCheck:
    """The pitch of copies against `factor` times that of the originals."""
    wanted, found = [], []
    for heard in sounds:
        asked = vocoder.features.f0(heard) * np.float32(factor)
        made = vocoder.resynthesize(heard, factor, seed=seed)
        wanted.append(asked)
        found.append(measured_pitch(made, vocoder.features.settings, asked))
    one, other = np.concatenate(wanted), np.concatenate(found)
    both = (one > 0) & (other > 0)
    if not both.any():
        return PitchCheck(factor=factor, frames=0, within=None, cents=None, still_voiced=None)
    cents = np.abs(1_200 * np.log2(other[both] / one[both]))
    return PitchCheck(
        factor=factor,
        frames=int(both.sum()),
        within=float((np.abs(other[both] / one[both] - 1) <= TOLERANCE).mean()),
        cents=float(np.median(cents)),
        still_voiced=float(both.sum() / (one > 0).sum()),
    )


def measured_pitch(audio: Audio, settings: FeatureSettings, asked_T: np.ndarray) -> np.ndarray:
    """Hz [T]; looked for around what was asked.

    The window is two periods of the lowest pitch that is looked for: with that of the deepest voices, the
    pitch of a lively voice would be smeared.
    """
    voiced = asked_T[asked_T > 0]
    if not len(voiced):
        return AudioFeatures(settings).f0(audio)
    low, high = np.quantile(voiced, (0.02, 1.0))
    ceil = min(2.0 * float(high), settings.sample_rate / 4)
    floor = min(max(LOWEST * float(low), 30.0), ceil / 2)
    around = settings.model_copy(update={"f0_floor": floor, "f0_ceil": ceil})
    return AudioFeatures(around).f0(audio)


def evaluate_run(
    original: Vocoder, tuned: Vocoder, kept: Vocoder, speech: Path, settings: Settings, folder: Path
) -> Evaluation:
    """Write `evaluation.json`."""
    systems = evaluate_systems(original, tuned, speech, settings.seed)
    sounds = [kept.features.read(path) for path in sorted(speech.glob("*.wav"))]
    factors = (settings.pitch_down, settings.pitch_up)
    pitch = [check_pitch(kept, sounds, factor, settings.seed) for factor in factors]
    evaluation = Evaluation(systems=systems, pitch=pitch)
    write_json(evaluation.model_dump(mode="json"), folder / "evaluation.json")
    return evaluation


def _figures(scores: CopyScores) -> SystemScores:
    told = as_json(scores)
    names = list(told["mean"])
    reasons = {m.reason: name for row in scores.rows.values() for name, m in row.items() if m.reason}
    return SystemScores(
        mean=told["mean"],
        files={file: {name: row[name] for name in names} for file, row in told["files"].items()},
        real_time_factor=told["real_time_factor"],
        not_measured={name: reason for reason, name in reasons.items()},
    )
