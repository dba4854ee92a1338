"""A generator for features: random weights, and what it must know of mel bands."""

from __future__ import annotations

import torch

from ....shared.errors import InputError
from ..features.settings import FeatureSettings
from ..mel_statistics import MelStatistics
from .generator import Wavehax
from .multi_stream import MultiStreamWavehax
from .settings import WavehaxSettings

Generator = Wavehax | MultiStreamWavehax


def build_generator(
    features: FeatureSettings, network: WavehaxSettings, statistics: MelStatistics, seed: int = 0
) -> Generator:
    """A generator with random weights, drawn from `seed`.

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
        generator = bare_generator(network)
    envelope = getattr(generator, "envelope", None)
    if envelope is not None:
        envelope.set(features, network.n_fft, statistics.mean, statistics.scale)
    return generator


def bare_generator(network: WavehaxSettings) -> Generator:
    """One of these sizes that knows nothing of any features yet."""
    return Wavehax(network) if network.streams == 1 else MultiStreamWavehax(network)
