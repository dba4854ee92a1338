"""A vocoder by flow matching, as a user holds it: learnt from recordings, from log-mel to samples."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ....shared.artifact.artifact import require_state
from ....shared.artifact.card import ModelCard
from ....shared.artifact.loading import load_artifact
from ....shared.artifact.saving import save_artifact
from ....shared.errors import InputError
from ....shared.training.fit import fit
from ....shared.training.run_claim import claim_run
from ....shared.training.settings import FitSettings
from ..argument_checks import whole_number
from ..corpus import Utterance, read_corpus
from ..features.audio import Audio
from ..features.audio_features import AudioFeatures
from ..features.frame_checks import checked_mel
from ..features.settings import FeatureSettings
from ..recording_faults import told_of_samples
from ..stored_settings import stored_settings
from ..synthesis import require_finite
from .flow import Solver
from .network import PeriodWave, PeriodWaveSettings
from .objective import FlowObjective, sample

KIND = "flow-vocoder"


class FlowVocoder:
    """A PeriodWave estimator with the features it is conditioned on.

    Args:
        features: sample rate, frames and mel bands.
        network: whose hop and bands are those of the features.

    Raises:
        InputError: they are not.
    """

    def __init__(self, features: FeatureSettings, network: PeriodWave) -> None:
        for field in ("hop", "n_mels"):
            ours, theirs = getattr(network.settings, field), getattr(features, field)
            if ours != theirs:
                raise InputError(field, f"is {ours} in the network", expected=f"{theirs}, as in the features")
        self.features, self.network = AudioFeatures(features), network.eval()

    @classmethod
    def untrained(
        cls, features: FeatureSettings, network: PeriodWaveSettings | None = None, seed: int = 0
    ) -> FlowVocoder:
        """Random weights, drawn from `seed`; None: the default sizes at the features' hop and bands."""
        sizes = network or PeriodWaveSettings(hop=features.hop, n_mels=features.n_mels)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return cls(features, PeriodWave(sizes))

    @classmethod
    def fit(
        cls,
        data: str | PathLike[str],
        features: FeatureSettings,
        network: PeriodWaveSettings | None = None,
        *,
        run: str | PathLike[str],
        steps: int = 100_000,
        batch_size: int = 8,
        frames: int = 32,
        seed: int = 0,
    ) -> FlowVocoder:
        """A vocoder learnt from a folder of recordings.

        Args:
            run: folder of checkpoints; the same call goes on from there.
            frames: of a crop.

        Raises:
            InputError: as `read_corpus`, a number is no whole one that fits, no recording is as long as a
                crop, or `run` holds a training on other recordings.
        """
        steps, batch_size = whole_number("steps", steps, 1), whole_number("batch_size", batch_size, 1)
        frames, seed = whole_number("frames", frames, 1), whole_number("seed", seed)
        vocoder = cls.untrained(features, network, seed)
        corpus = read_corpus(Path(data), features, Path(run) / "corpus.npz")
        crops = FlowCrops(corpus.split("train"), features, frames, steps * batch_size, seed)
        wanted = FitSettings(steps=steps, batch_size=batch_size, order="sequential", seed=seed)
        claim_run(Path(run), corpus.origin())
        sizes = vocoder.network.settings.model_dump(mode="json")
        config = {"network": sizes, "features": features.digest(), "frames": frames}
        fit(FlowObjective(vocoder.network), crops, wanted, Path(run) / "training", config=config)
        vocoder.network.eval()
        return vocoder

    def synthesize(
        self, mel: np.ndarray, *, steps: int | None = None, solver: Solver = "midpoint", seed: int = 0
    ) -> np.ndarray:
        """Samples, float32 [T * hop].

        Args:
            mel: natural log-mel as `features.of` gives it, [T, n_mels].
            steps: of the solver; None: as the network's settings say.
            seed: of the noise that the flow begins with.

        Raises:
            InputError: as `checked_mel` and `solve`, `seed` is no whole number from 0, or the mel spectrum
                gives samples that are not finite.
        """
        whole_number("seed", seed)
        mel = checked_mel(mel, self.features.settings)
        size = (1, len(mel) * self.features.settings.hop)
        noise = torch.from_numpy(np.random.default_rng(seed).standard_normal(size, dtype=np.float32))
        log_mel = torch.from_numpy(mel.T.copy())[None]
        return require_finite(sample(self.network, log_mel, noise, steps=steps, solver=solver)[0].numpy())

    def resynthesize(
        self,
        audio: str | PathLike[str] | np.ndarray | Audio,
        *,
        steps: int | None = None,
        seed: int = 0,
        **policy: Any,
    ) -> Audio:
        """The same sound made anew, as long as it was; `policy` is handed to `read_audio`.

        Raises:
            InputError: the audio cannot be read or is too loud, or as `synthesize`.
        """
        heard = self.features.read(audio, **policy)
        with told_of_samples(heard.samples):
            made = self.synthesize(self.features.mel(heard.samples), steps=steps, seed=seed)
        return Audio(made[: len(heard)], self.features.settings.sample_rate)

    def save(self, folder: str | Path, card: ModelCard | None = None) -> Path:
        """Write the artefact (kind "flow-vocoder")."""
        features = self.features.settings
        plain = ModelCard(
            title="Flow vocoder",
            summary=f"PeriodWave at {features.sample_rate:,} Hz.",
            license="other",
            tags=("vocoder",),
            command="FlowVocoder.save",
        )
        config = {
            "features": features.model_dump(mode="json"),
            "features_digest": features.digest(),
            "network": self.network.settings.model_dump(mode="json"),
        }
        return save_artifact(folder, KIND, config, self.network.state_dict(), card or plain)

    @classmethod
    def load(cls, name_or_folder: str | Path) -> FlowVocoder:
        """A vocoder from a folder.

        Raises:
            InputError: no such artefact, one of another kind, or one whose settings are damaged or whose
                weights do not fit them.
        """
        artifact = load_artifact(name_or_folder).require_kind(KIND)
        features = stored_settings(FeatureSettings, artifact.config, "features", artifact.folder)
        network = stored_settings(PeriodWaveSettings, artifact.config, "network", artifact.folder)
        vocoder = cls.untrained(features, network)
        require_state(artifact.state, vocoder.network.state_dict(), str(artifact.folder))
        vocoder.network.load_state_dict(artifact.state)
        return vocoder


class FlowCrops:
    """Random crops with their log-mel, noise and time; each is a function of seed and number.

    Raises:
        InputError: no recording is as long as a crop.
    """

    def __init__(
        self, utterances: list[Utterance], features: FeatureSettings, frames: int, samples: int, seed: int
    ) -> None:
        self.utterances = [utterance for utterance in utterances if len(utterance.f0) >= frames]
        if not self.utterances:
            raise InputError("data", f"holds no recording of {frames} frames", remedy="Take shorter crops")
        recipe = AudioFeatures(features)
        self.mels = [recipe.mel(utterance.samples) for utterance in self.utterances]
        self.hop, self.frames, self.samples, self.seed = features.hop, frames, samples, seed

    def __len__(self) -> int:
        return self.samples

    def batch(self, indices: np.ndarray) -> dict[str, Tensor]:
        rows = [self._crop(int(index)) for index in indices]
        return {name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in rows[0]}

    def _crop(self, index: int) -> dict[str, Any]:
        draws = np.random.default_rng([self.seed, index])
        number = int(draws.integers(len(self.utterances)))
        mel, samples = self.mels[number], self.utterances[number].samples
        first = int(draws.integers(len(mel) - self.frames + 1))
        size = self.frames * self.hop
        return {
            "audio": samples[first * self.hop : first * self.hop + size].astype(np.float32),
            "log_mel": mel[first : first + self.frames].T.copy(),
            "noise": draws.standard_normal(size, dtype=np.float32),
            "time": np.float32(draws.random()),
        }
