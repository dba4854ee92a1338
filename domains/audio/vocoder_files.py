"""Vocoders as artefacts: features, network, statistics and weights in one folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ...shared.artifact.artifact import require_state
from ...shared.artifact.card import ModelCard
from ...shared.artifact.loading import load_artifact
from ...shared.artifact.saving import save_artifact
from .features.settings import FeatureSettings
from .mel_statistics import MelStatistics
from .wavehax.build import Generator, build_generator
from .wavehax.settings import WavehaxSettings

KIND = "vocoder"
GENERATOR = "generator."
"""Before the names of the generator's weights."""


def save_vocoder(
    features: FeatureSettings,
    generator: Generator,
    statistics: MelStatistics,
    folder: str | Path,
    card: ModelCard | None,
) -> Path:
    """Write the artefact; `card` None writes a plain one."""
    config = {
        "features": features.model_dump(mode="json"),
        "features_digest": features.digest(),
        "network": generator.settings.model_dump(mode="json"),
    }
    state: dict[str, np.ndarray | torch.Tensor] = {
        GENERATOR + name: value for name, value in generator.state_dict().items()
    }
    state |= {"statistics.mean": statistics.mean, "statistics.scale": statistics.scale}
    plain = ModelCard(
        title="Vocoder",
        summary=f"Wavehax at {features.sample_rate:,} Hz.",
        license="other",
        tags=("vocoder",),
        command="Vocoder.save",
    )
    return save_artifact(folder, KIND, config, state, card or plain)


def load_vocoder(name_or_folder: str | Path) -> tuple[FeatureSettings, Generator, MelStatistics]:
    """What a vocoder is made of, read from its artefact.

    Raises:
        InputError: no such artefact, one of another kind, or one whose weights do not fit its settings.
    """
    artifact = load_artifact(name_or_folder).require_kind(KIND)
    arrays = artifact.arrays()
    features = FeatureSettings.model_validate(artifact.config["features"])
    network = WavehaxSettings.model_validate(artifact.config["network"])
    statistics = MelStatistics(arrays["statistics.mean"], arrays["statistics.scale"])
    generator = build_generator(features, network, statistics)
    weights = {
        name.removeprefix(GENERATOR): torch.from_numpy(np.array(value))
        for name, value in arrays.items()
        if name.startswith(GENERATOR)
    }
    require_state(weights, generator.state_dict(), str(artifact.folder))
    generator.load_state_dict(weights)
    return features, generator.eval(), statistics
