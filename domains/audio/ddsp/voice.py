"""The DDSP voice a user holds: learnt from recordings of one sound, steered by pitch and loudness."""

from __future__ import annotations

import math
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ....shared.artifact.artifact import require_state
from ....shared.artifact.card import ModelCard
from ....shared.artifact.loading import load_artifact
from ....shared.artifact.saving import save_artifact
from ....shared.errors import InputError
from ....shared.training.fit import fit
from ....shared.training.run_claim import claim_run
from ....shared.training.settings import FitSettings
from ..argument_checks import as_float, positive_factor, shown, whole_number
from ..corpus import Utterance, read_corpus
from ..features.audio import Audio
from ..features.audio_features import AudioFeatures
from ..features.settings import FeatureSettings
from ..recording_faults import changed_pitch
from ..stored_settings import stored_settings
from .autoencoder import DDSPAutoencoder
from .features import Loudness
from .objective import CLIP_NORM, SCHEDULE, WINDOWS, DDSPClips, DDSPObjective
from .settings import PRESETS, DDSPSettings

KIND = "ddsp-voice"
MOST_DECIBELS = 1_000.0
"""That loudness can be changed by: beyond, numbers in the network overflow, and no ear hears any of it."""


class DDSPVoice:
    """An autoencoder with the features it is steered by.

    Args:
        network: from pitch, loudness and noise to samples.
    """

    def __init__(self, network: DDSPAutoencoder) -> None:
        self.network, self.settings = network.eval(), network.settings
        self.features = AudioFeatures(pitch_features(network.settings))

    @classmethod
    def untrained(cls, settings: DDSPSettings | None = None, seed: int = 0) -> DDSPVoice:
        """Random weights, drawn from `seed`; None: the preset ddsp-small."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return cls(DDSPAutoencoder(settings or PRESETS["ddsp-small"]))

    @classmethod
    def fit(
        cls,
        data: str | PathLike[str],
        settings: DDSPSettings | None = None,
        *,
        run: str | PathLike[str],
        steps: int = 10_000,
        batch_size: int = 8,
        seconds: float = 4.0,
        seed: int = 0,
    ) -> DDSPVoice:
        """A voice learnt from a folder of recordings.

        Args:
            run: folder of checkpoints; the same call goes on from there.
            seconds: of a clip; recordings are cut into such, and the rest of each is left out.

        Raises:
            InputError: as `read_corpus`, a number does not fit, no recording is as long as a clip, or `run`
                holds a training on other recordings.
        """
        steps, batch_size = whole_number("steps", steps, 1), whole_number("batch_size", batch_size, 1)
        seed = whole_number("seed", seed)
        voice = cls.untrained(settings, seed)
        frames = _clip_frames(seconds, voice.settings)
        corpus = read_corpus(Path(data), voice.features.settings, Path(run) / "corpus.npz")
        clips = _clips(corpus.split("train"), frames, voice.settings, seed)
        wanted = FitSettings(
            steps=steps,
            batch_size=min(batch_size, len(clips)),
            seed=seed,
            schedule=SCHEDULE,
            clip_norm=CLIP_NORM,
        )
        claim_run(Path(run), corpus.origin())
        config = {"network": voice.settings.model_dump(mode="json"), "frames": frames}
        fit(DDSPObjective(voice.network), clips, wanted, Path(run) / "training", config=config)
        voice.network.eval()
        return voice

    @torch.no_grad()
    def resynthesize(
        self,
        audio: str | PathLike[str] | np.ndarray | Audio,
        pitch: float = 1.0,
        loudness: float = 0.0,
        *,
        seed: int = 0,
        **policy: Any,
    ) -> Audio:
        """What this voice makes of a recording's pitch, times `pitch`, and its loudness, `loudness` dB above.

        Args:
            audio: a file, samples or `Audio`; `policy` is handed to `read_audio`.
            seed: of the noise.

        Raises:
            InputError: the audio cannot be read or is too loud, a factor is no number that fits or leaves
                frames below 20 Hz, or `seed` is no whole number from 0.
        """
        whole_number("seed", seed)
        pitch, louder = positive_factor("pitch", pitch), _decibels(loudness)
        heard = self.features.read(audio, **policy)
        f0 = changed_pitch(self.features.f0(heard), pitch)
        samples = np.pad(heard.samples, (0, len(f0) * self.settings.hop - len(heard)))[None]
        sound = torch.from_numpy(samples.astype(np.float32))
        level = Loudness(self.settings.sample_rate, self.settings.hop)(sound) + louder
        noise = np.random.default_rng(seed).uniform(-1, 1, samples.shape).astype(np.float32)
        made = self.network(torch.from_numpy(f0)[None], level, torch.from_numpy(noise), sound)
        return Audio(_finite(made[0, : len(heard)].numpy(), heard), self.settings.sample_rate)

    def save(self, folder: str | Path, card: ModelCard | None = None) -> Path:
        """Write the artefact (kind "ddsp-voice")."""
        plain = ModelCard(
            title="DDSP voice",
            summary=f"Harmonics and filtered noise at {self.settings.sample_rate:,} Hz.",
            license="other",
            tags=("ddsp",),
            command="DDSPVoice.save",
        )
        config = {"network": self.settings.model_dump(mode="json")}
        return save_artifact(folder, KIND, config, self.network.state_dict(), card or plain)

    @classmethod
    def load(cls, name_or_folder: str | Path) -> DDSPVoice:
        """A voice from a folder.

        Raises:
            InputError: no such artefact, one of another kind, or one whose settings are damaged or whose
                weights do not fit them.
        """
        artifact = load_artifact(name_or_folder).require_kind(KIND)
        voice = cls.untrained(stored_settings(DDSPSettings, artifact.config, "network", artifact.folder))
        require_state(artifact.state, voice.network.state_dict(), str(artifact.folder))
        voice.network.load_state_dict(artifact.state)
        return voice


def pitch_features(settings: DDSPSettings) -> FeatureSettings:
    """Frames in which pitch is measured for a network; its mel bands are not used."""
    rate = settings.sample_rate
    return FeatureSettings(
        sample_rate=rate,
        hop=settings.hop,
        mel_fft=1_024 + settings.hop % 2,
        fmax=min(8_000.0, rate / 2),
        f0_ceil=min(600.0, rate / 4),
    )


def _decibels(loudness: Any) -> float:
    number = as_float(loudness)
    if not abs(number) <= MOST_DECIBELS:
        expected = f"a number of dB such as -6, {MOST_DECIBELS:,.0f} at most"
        raise InputError("loudness", f"is {shown(loudness)}", expected=expected)
    return number


def _finite(made_S: np.ndarray, heard: Audio) -> np.ndarray:
    """What was made, which is not finite where the recording is far beyond full scale."""
    if not np.isfinite(made_S).all():
        peak = float(np.abs(heard.samples).max(initial=0.0))
        raise InputError(
            "samples",
            f"give a sound that is not finite; their peak is {peak:.3g}",
            expected="floats whose full scale is 1, and a voice whose weights are finite",
            remedy='Divide them by their full scale, or pass level="limit"',
        )
    return made_S


def _clip_frames(seconds: Any, settings: DDSPSettings) -> int:
    """Frames of a clip: more samples than half the longest window of the loss, which reflects that many."""
    least = max(WINDOWS) // 2 // settings.hop + 1
    frame_seconds = settings.hop / settings.sample_rate
    asked = as_float(seconds) / frame_seconds
    if not math.isfinite(asked) or round(asked) < least:
        expected = f"a finite number of seconds, {least * frame_seconds:g} at least"
        raise InputError("seconds", f"is {shown(seconds)}", expected=expected)
    return round(asked)


def _clips(utterances: list[Utterance], frames: int, settings: DDSPSettings, seed: int) -> DDSPClips:
    audio, f0 = [], []
    for utterance in utterances:
        for start in range(0, len(utterance.f0) - frames + 1, frames):
            f0.append(utterance.f0[start : start + frames])
            audio.append(utterance.samples[start * settings.hop : (start + frames) * settings.hop])
    if not f0:
        seconds = frames * settings.hop / settings.sample_rate
        raise InputError("data", f"holds no recording of {seconds:g} s", remedy="Take a smaller `seconds`")
    return DDSPClips(np.stack(audio).astype(np.float32), np.stack(f0).astype(np.float32), settings, seed)
