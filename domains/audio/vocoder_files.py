"""Vocoders as artefacts: features, network, statistics and weights in one folder."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...shared.artifact.artifact import WEIGHTS_FILE, require_state
from ...shared.artifact.card import ModelCard
from ...shared.artifact.loading import load_artifact
from ...shared.artifact.saving import save_artifact
from ...shared.errors import InputError
from .argument_checks import shown
from .features.settings import FeatureSettings
from .mel_statistics import MelStatistics
from .stored_settings import damaged, settings_digest, stored_settings
from .wavehax.build import Generator, bare_generator, build_generator
from .wavehax.settings import WavehaxSettings

KIND = "vocoder"
GENERATOR = "generator."
"""Before the names of the generator's weights."""
MEAN, SCALE = "statistics.mean", "statistics.scale"


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
        "network_digest": settings_digest(generator.settings),
    }
    state: dict[str, np.ndarray | torch.Tensor] = {
        GENERATOR + name: value for name, value in generator.state_dict().items()
    }
    state |= {MEAN: statistics.mean, SCALE: statistics.scale}
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
        InputError: as `load_artifact`, one of another kind, one whose settings are damaged or not those it
            was saved with, or whose weights do not fit them.
    """
    if not isinstance(name_or_folder, (str, PathLike)):
        raise InputError("vocoder", f"is {shown(name_or_folder)}", expected="a name or a folder")
    artifact = load_artifact(name_or_folder).require_kind(KIND)
    features = stored_settings(FeatureSettings, artifact.config, "features", artifact.folder)
    network = stored_settings(WavehaxSettings, artifact.config, "network", artifact.folder)
    if "features_digest" not in artifact.config:
        raise damaged("features_digest is missing", artifact.folder)
    # Before anything is built: settings that no weights go with may ask for any amount of memory.
    require_state(
        artifact.state, _sizes(features, network, artifact.state, artifact.folder), str(artifact.folder)
    )
    _require_deviations(artifact.state, artifact.folder)
    arrays = artifact.arrays()
    statistics = MelStatistics(arrays[MEAN].astype(np.float32), arrays[SCALE].astype(np.float32))
    generator = build_generator(features, network, statistics)
    weights = {
        name.removeprefix(GENERATOR): torch.from_numpy(np.array(value))
        for name, value in arrays.items()
        if name.startswith(GENERATOR)
    }
    generator.load_state_dict(weights)
    return features, generator.eval(), statistics


def _sizes(
    features: FeatureSettings, network: WavehaxSettings, state: Mapping[str, Any], folder: Path
) -> dict[str, Tensor]:
    """Names and shapes of all that these settings need; the tensors hold no memory.

    Raises:
        InputError: there is no such network.
    """
    # Each block has weights of its own and takes time to set up; each bin has some, and a window its samples.
    most = {"blocks": len(state), "n_fft": 2 * max((value.numel() for value in state.values()), default=0)}
    for name, bound in most.items():
        if (size := getattr(network, name)) > bound:
            raise damaged(f"network setting {name}: is {size:,}, more than the weights are for", folder)
    try:
        with torch.device("meta"):
            wanted = {GENERATOR + name: value for name, value in bare_generator(network).state_dict().items()}
            return wanted | {name: torch.empty(features.n_mels) for name in (MEAN, SCALE)}
    except (ValueError, RuntimeError, TypeError, OverflowError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise damaged(f"network describes none that can be built ({reason})", folder) from None


def _require_deviations(state: Mapping[str, Tensor], folder: Path) -> None:
    """Refuse a mel band without a deviation."""
    flat = ~(state[SCALE] > 0)
    if flat.any():
        problem = (
            f"{SCALE} is {float(state[SCALE][flat][0]):g} in {int(flat.sum()):,} of {len(flat):,} mel bands"
        )
        remedy = "Copy the whole folder again, or save the model again"
        raise InputError(
            WEIGHTS_FILE, problem, where=str(folder), expected="positive deviations", remedy=remedy
        )
