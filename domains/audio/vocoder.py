"""The vocoder a user holds: speech from mel spectra and pitch, and from speech with its pitch changed."""

from __future__ import annotations

from copy import deepcopy
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ...shared.artifact.card import ModelCard
from ...shared.errors import InputError
from .corpus import read_corpus
from .features.audio import Audio
from .features.audio_features import AudioFeatures
from .features.settings import FeatureSettings
from .mel_statistics import MelStatistics
from .pitch_free_mel import without_harmonics
from .vocoder_files import load_vocoder, save_vocoder
from .wavehax.generator import Wavehax
from .wavehax.harmonic_prior import prior
from .wavehax.multi_stream import MultiStreamWavehax
from .wavehax.settings import WavehaxSettings

if TYPE_CHECKING:
    from .vocoder_training import StageSettings

LEAST_FRAMES = 16
"""Shorter input is lengthened by repeating its last frame; convolutions reflect at the ends."""


class Vocoder:
    """A generator with everything it must know of its features.

    Args:
        features: sample rate, frames, mel bands, pitch range.
        generator: from standardised log-mel, prior and noise to samples.
        statistics: of the log-mel it was trained on.
    """

    def __init__(
        self, features: FeatureSettings, generator: Wavehax | MultiStreamWavehax, statistics: MelStatistics
    ) -> None:
        self.features, self.generator, self.statistics = AudioFeatures(features), generator, statistics

    @classmethod
    def untrained(
        cls, features: FeatureSettings, network: WavehaxSettings, statistics: MelStatistics, seed: int = 0
    ) -> Vocoder:
        """A vocoder with random weights, drawn from `seed`.

        Raises:
            InputError: network and features disagree on hop or mel bands.
        """
        for name in ("hop", "n_mels"):
            if getattr(network, name) != getattr(features, name):
                raise InputError(
                    f"network.{name}", f"is {getattr(network, name)}", expected=f"{getattr(features, name)}"
                )
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            generator = Wavehax(network) if network.streams == 1 else MultiStreamWavehax(network)
        envelope = getattr(generator, "envelope", None)
        if envelope is not None:
            envelope.set(features, network.n_fft, statistics.mean, statistics.scale)
        return cls(features, generator, statistics)

    @torch.no_grad()
    def synthesize(self, mel: np.ndarray, f0: np.ndarray, *, seed: int = 0) -> np.ndarray:
        """Speech, float32 [T * hop].

        Args:
            mel: natural log-mel as `features.of` gives it (not standardised), [T, n_mels].
            f0: Hz, [T], 0 where unvoiced.
            seed: of the noise in the excitation.

        Raises:
            InputError: as `AudioFeatures.check`, or the features give samples that are not finite.
        """
        mel, f0 = self.features.check(mel, f0)
        settings, frames = self.features.settings, len(f0)
        missing = max(LEAST_FRAMES - frames, 0)
        mel = np.pad(mel, ((0, missing), (0, 0)), mode="edge")
        f0 = np.pad(f0, (0, missing), mode="edge")
        draws = np.random.default_rng(seed)
        noise = torch.from_numpy(draws.standard_normal((1, len(f0) * settings.hop), dtype=np.float32))
        excitation = prior(
            torch.from_numpy(f0)[None],
            settings.hop,
            settings.sample_rate,
            kind=self.generator.settings.prior,
            noise_BS=noise,
        )
        condition = self.statistics.standardise(torch.from_numpy(mel.T.copy())[None])
        audio = self.generator.eval()(condition, excitation, noise)[0, : frames * settings.hop].numpy()
        if not np.isfinite(audio).all():
            raise InputError("mel", "gives samples that are not finite", expected="log-mel of speech")
        return audio

    def resynthesize(
        self,
        audio: str | PathLike[str] | np.ndarray | Audio,
        pitch: float = 1.0,
        *,
        f0: np.ndarray | None = None,
        seed: int = 0,
        **policy: Any,
    ) -> Audio:
        """The same speech made anew, as long as it was, its pitch multiplied by `pitch`.

        Where the pitch changes, the harmonics of the old one are smoothed out of the mel spectrum first.

        Args:
            audio: a file, samples or `Audio`; `policy` is handed to `read_audio`.
            f0: Hz of every frame instead of what is measured.

        Raises:
            InputError: the audio or the pitch track does not fit, or `pitch` is no positive number.
        """
        if not np.isfinite(pitch) or pitch <= 0:
            raise InputError("pitch", f"is {pitch}", expected="a positive factor")
        heard = self.features.read(audio, **policy)
        mel, measured = self.features.of(heard)
        wanted = (measured if f0 is None else np.asarray(f0, np.float32)) * np.float32(pitch)
        if not np.array_equal(wanted, measured):
            mel = without_harmonics(mel, measured, self.features.settings)
        samples = self.synthesize(mel, wanted, seed=seed)[: len(heard)]
        return Audio(samples, self.features.settings.sample_rate)

    @classmethod
    def fit(
        cls,
        data: str | PathLike[str],
        features: FeatureSettings,
        network: WavehaxSettings,
        stage: StageSettings,
        run: str | PathLike[str],
    ) -> Vocoder:
        """A vocoder trained from random weights on a folder of recordings, in one stage.

        Args:
            stage: losses, length and crops. `run`: folder of checkpoints; the same call goes on from there.

        Raises:
            InputError: as `read_corpus` and `untrained`.
        """
        from .vocoder_training import train_stage

        corpus = read_corpus(Path(data), features, Path(run) / "corpus.npz")
        statistics = MelStatistics.of(corpus.split("train"), features)
        vocoder = cls.untrained(features, network, statistics, stage.seed)
        train_stage(vocoder.generator, network, corpus, statistics, stage, Path(run) / "training")
        return vocoder

    def finetune(self, data: str | PathLike[str], stage: StageSettings, run: str | PathLike[str]) -> Vocoder:
        """A copy trained on with a folder of recordings, arguments as for `fit`; its mel statistics stay."""
        from .vocoder_training import train_stage

        settings, network = self.features.settings, self.generator.settings
        corpus = read_corpus(Path(data), settings, Path(run) / "corpus.npz")
        tuned = type(self)(settings, deepcopy(self.generator), self.statistics)
        train_stage(tuned.generator, network, corpus, self.statistics, stage, Path(run) / "training")
        return tuned

    def save(self, folder: str | Path, card: ModelCard | None = None) -> Path:
        """Write the artefact (kind "vocoder") with weights, features and statistics."""
        return save_vocoder(self, folder, card)

    @classmethod
    def load(cls, name_or_folder: str | Path) -> Vocoder:
        """A shipped vocoder by name, or one from a folder."""
        return load_vocoder(cls, name_or_folder)
