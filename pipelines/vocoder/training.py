"""Train: the model goes on with the new voice, and validation says which of the two is kept."""

from __future__ import annotations

import json
import shutil
import time
from copy import deepcopy
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from ...domains.audio.discriminators.ensemble import PRESETS as DISCRIMINATORS
from ...domains.audio.features.audio import Audio
from ...domains.audio.metrics.perceptual import pesq_wide
from ...domains.audio.objectives import VocoderObjective, VocoderRecipe
from ...domains.audio.vocoder import Vocoder
from ...domains.audio.vocoder_samples import UtteranceSource
from ...domains.audio.vocoder_training import StageSettings, train_stage
from ...shared.artifact.card import DataUse, ModelCard
from ...shared.artifact.loading import find_artifact, read_artifact
from ...shared.training.settings import ScheduleSettings
from ..output_file import write_json
from .preparation import PreparedCorpus, SpeechSummary
from .settings import Settings

RESOLUTIONS = 22.5
"""Weight of the multi-resolution distance beside 45 times the mel distance."""
VALIDATIONS = 4
"""While training."""


class Closeness(BaseModel):
    """How near copies of the validation part are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mel: float
    """Mean distance of log-mel."""
    resolutions: float
    """Multi-resolution distance of magnitudes."""
    pesq: float | None
    """None where the package is not installed, or the sounds are too short for it."""

    @property
    def spectral(self) -> float:
        """The two distances as the training weighs them."""
        return VocoderRecipe().mel * self.mel + RESOLUTIONS * self.resolutions


class TrainingOutcome(BaseModel):
    """What fine-tuning came to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: dict[str, int]
    """Of each stage, as far as it came."""
    planned: dict[str, int]
    seconds: float
    before: Closeness
    after: Closeness
    curve: list[tuple[int, float, float]]
    """Step over all stages, mel distance, multi-resolution distance of the validation part."""

    @property
    def kept(self) -> bool:
        """Whether the fine-tuned model is kept: nearer by spectra, and by PESQ, where known, no farther."""
        nearer = self.after.spectral < self.before.spectral
        if self.after.pesq is None or self.before.pesq is None:
            return nearer
        return nearer and self.after.pesq >= self.before.pesq


def train_models(
    corpus: PreparedCorpus, summary: SpeechSummary, settings: Settings, folder: Path, command: str
) -> TrainingOutcome:
    """Write `tuned/` and `artifact/` (the one that is kept) and `outcome.json`; goes on where it was killed.

    Raises:
        InputError: no such model.
    """
    original = Vocoder.load(settings.model)
    tuned = Vocoder(original.features.settings, deepcopy(original.generator), original.statistics)
    before = closeness(original, corpus, settings.seed)
    began, steps, curve = time.monotonic(), {}, []
    stages = training_stages(settings)
    for name, stage in stages.items():
        left = None if settings.minutes is None else settings.minutes * 60 - (time.monotonic() - began)
        if left is not None and left <= 0:
            break
        network = tuned.generator.settings
        run = folder / "runs" / name
        result = train_stage(tuned.generator, network, corpus, tuned.statistics, stage, run, max_seconds=left)
        curve += _curve(run / "metrics.jsonl", sum(steps.values()))
        steps[name] = result.step
    outcome = TrainingOutcome(
        steps=steps,
        planned={name: stage.steps for name, stage in stages.items()},
        seconds=time.monotonic() - began,
        before=before,
        after=closeness(tuned, corpus, settings.seed),
        curve=curve,
    )
    tuned.save(folder / "tuned", _card(settings.model, summary, sum(steps.values()), command))
    kept = folder / "tuned" if outcome.kept else find_artifact(settings.model)
    shutil.copytree(kept, folder / "artifact", dirs_exist_ok=True)
    write_json(outcome.model_dump(mode="json"), folder / "outcome.json")
    shutil.rmtree(folder / "runs", ignore_errors=True)
    return outcome


def training_stages(settings: Settings) -> dict[str, StageSettings]:
    """Spectral losses first, then with discriminators; stages without steps are left out."""
    stages = {}
    for name, steps, rate in (
        ("spectral", settings.spectral_steps, settings.spectral_rate),
        ("adversarial", settings.adversarial_steps, settings.adversarial_rate),
    ):
        if not steps:
            continue
        adversarial = name == "adversarial"
        stages[name] = StageSettings(
            recipe=VocoderRecipe(resolutions=RESOLUTIONS, learning_rate=rate),
            discriminators=DISCRIMINATORS[settings.discriminators] if adversarial else None,
            steps=steps,
            batch_size=settings.batch_size,
            frames=settings.frames,
            schedule=ScheduleSettings(kind="cosine", warm_up=min(200, steps // 6)),
            # A short run must not average over the weights it began with.
            ema=min(0.999, max(0.5, 1 - 10 / steps)),
            validate_every=max(steps // VALIDATIONS, 1),
            seed=settings.seed + adversarial,
        )
    return stages


def closeness(vocoder: Vocoder, corpus: PreparedCorpus, seed: int) -> Closeness:
    """Distances of the validation part's copies."""
    settings, generator = vocoder.features.settings, vocoder.generator.eval()
    held_out = corpus.split("validation")
    source = UtteranceSource(held_out, settings, vocoder.statistics, generator.settings.prior, seed)
    objective = VocoderObjective(generator, settings.sample_rate, VocoderRecipe())
    sums = objective.validate(source.batch(np.arange(len(source))))
    scores = []
    for said in held_out:
        copy = vocoder.synthesize(*vocoder.features.of(Audio(said.samples, settings.sample_rate)), seed=seed)
        scores.append(pesq_wide(said.samples, copy[: len(said.samples)], settings.sample_rate))
    heard = [score.value for score in scores if not score.reason]
    means = {name: float(total) / count for name, (total, count) in sums.items()}
    return Closeness(
        mel=means["mel"], resolutions=means["resolutions"], pesq=float(np.mean(heard)) if heard else None
    )


def _curve(metrics: Path, before: int) -> list[tuple[int, float, float]]:
    """Validations of one stage, after `before` steps of others."""
    lines = (json.loads(line) for line in metrics.read_text(encoding="utf-8").splitlines())
    rows = [line for line in lines if line["split"] == "validation"]
    return [(before + row["step"], row["mel"], row["resolutions"]) for row in rows]


def _card(model: str, summary: SpeechSummary, steps: int, command: str) -> ModelCard:
    before = read_artifact(find_artifact(model)).card
    return before.model_copy(
        update={
            "title": f"{before.title}, fine-tuned",
            "summary": f"{before.title} after {steps:,} more steps on {summary.title}.",
            "datasets": (*before.datasets, DataUse(name=summary.title, license=summary.licence)),
            "metrics": (),
            "command": command or "fourfold run vocoder",
        }
    )
