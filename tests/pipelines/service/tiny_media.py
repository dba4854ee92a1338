"""A vocoder and crystal generators that are small enough for tests, and sounds for them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import soundfile

if TYPE_CHECKING:
    from fourfold import CrystalGenerator, Vocoder

RATE, HOP, BANDS = 8_000, 80, 20


def tiny_vocoder() -> Vocoder:
    """Untrained, at 8 kHz."""
    from fourfold import Vocoder
    from fourfold.domains.audio.features.settings import FeatureSettings
    from fourfold.domains.audio.mel_statistics import MelStatistics
    from fourfold.domains.audio.wavehax.settings import WavehaxSettings

    features = FeatureSettings(
        sample_rate=RATE, hop=HOP, mel_fft=320, n_mels=BANDS, fmax=4_000.0, f0_floor=80.0, f0_ceil=400.0
    )
    network = WavehaxSettings(
        n_mels=BANDS, hop=HOP, n_fft=160, channels=4, blocks=2, kernel=(3, 3), projection_kernel=3,
        framewise_norm=True,
    )  # fmt: skip
    bands = np.zeros(BANDS, np.float32)
    return Vocoder.untrained(features, network, MelStatistics(bands - 4, bands + 1))


def tiny_generator(property: str | None = None) -> CrystalGenerator:
    """Trained for some steps on small prototypes."""
    from fourfold import CrystalGenerator
    from fourfold.domains.materials.crystal_generator_settings import GeneratorSettings
    from fourfold.domains.materials.datasets import aflow_prototypes
    from fourfold.domains.materials.flow.settings import FlowSettings, FlowTraining

    network = FlowSettings(
        latent=5, hidden=12, layers=2, frequencies=3, encoder_hidden=8, encoder_layers=2,
        encoder_frequencies=2, radial=8, cutoff=4.0, max_atoms=8,
    )  # fmt: skip
    training = FlowTraining(steps=4, decoder_steps=2, batch_size=8, prior_steps=4, validate_every=2)
    known = aflow_prototypes()
    small = known.take(np.flatnonzero(known.counts <= 4)[:24])
    return CrystalGenerator(GeneratorSettings(network=network, training=training)).fit(small, property)


def buzz(seconds: float = 0.6, pitch: float = 130.0, rate: int = RATE) -> np.ndarray:
    """A voice of sorts, float64."""
    time = np.arange(int(seconds * rate)) / rate
    voice = sum(np.sin(2 * np.pi * k * pitch * time) / k for k in range(1, 12)) * 0.1
    return np.asarray(voice + 1e-3 * np.random.default_rng(0).standard_normal(len(time)))


def sound_file(samples: np.ndarray, rate: int = RATE, kind: str = "WAV", **options: str) -> bytes:
    """The content of a sound file."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, **options)
    return file.getvalue()


def npz(compressed: bool = False, **arrays: object) -> bytes:
    """The content of an archive as numpy writes it."""
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()
