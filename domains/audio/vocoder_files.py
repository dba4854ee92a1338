"""Vocoders as artefacts: features, network, statistics and weights in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...shared.artifact.card import ModelCard
from ...shared.artifact.loading import load_artifact
from ...shared.artifact.saving import save_artifact
from .features.settings import FeatureSettings
from .mel_statistics import MelStatistics
from .wavehax.settings import WavehaxSettings

if TYPE_CHECKING:
    from .vocoder import Vocoder

KIND = "vocoder"


def save_vocoder(vocoder: Vocoder, folder: str | Path, card: ModelCard | None) -> Path:
    """Write the artefact; `card` None writes a plain one."""
    features, statistics = vocoder.features.settings, vocoder.statistics
    config = {
        "features": features.model_dump(mode="json"),
        "features_digest": features.digest(),
        "network": vocoder.generator.settings.model_dump(mode="json"),
    }
    state: dict[str, np.ndarray | torch.Tensor] = {
        f"generator.{name}": value for name, value in vocoder.generator.state_dict().items()
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


def load_vocoder(kind: type[Vocoder], name_or_folder: str | Path) -> Vocoder:
    """Read the artefact into a vocoder of class `kind`."""
    artifact = load_artifact(name_or_folder).require_kind(KIND)
    arrays = artifact.arrays()
    features = FeatureSettings.model_validate(artifact.config["features"])
    network = WavehaxSettings.model_validate(artifact.config["network"])
    statistics = MelStatistics(arrays["statistics.mean"], arrays["statistics.scale"])
    vocoder = kind.untrained(features, network, statistics)
    prefix = "generator."
    weights = {
        name.removeprefix(prefix): torch.from_numpy(np.array(value))
        for name, value in arrays.items()
        if name.startswith(prefix)
    }
    vocoder.generator.load_state_dict(weights)
    vocoder.generator.eval()
    return vocoder
