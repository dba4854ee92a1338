"""Short synthetic voices, small features and a small network, for tests that train."""

import numpy as np
import pytest
import soundfile
from fourfold.domains.audio.corpus import read_corpus
from fourfold.domains.audio.features.settings import FeatureSettings
from fourfold.domains.audio.wavehax.settings import WavehaxSettings

RATE, HOP = 8_000, 80


@pytest.fixture(scope="session")
def small_features():
    return FeatureSettings(
        sample_rate=RATE, hop=HOP, mel_fft=320, n_mels=20, fmax=4_000.0, f0_floor=80.0, f0_ceil=400.0
    )


@pytest.fixture(scope="session")
def small_network():
    return WavehaxSettings(
        n_mels=20,
        hop=HOP,
        n_fft=2 * HOP,
        channels=4,
        blocks=2,
        kernel=(3, 3),
        projection_kernel=3,
        framewise_norm=True,
        envelope=True,
        noise_image=True,
    )


@pytest.fixture(scope="session")
def speech_folder(tmp_path_factory):
    """Five speakers, one in a folder of its own: buzzes of gliding pitch between silences."""
    folder = tmp_path_factory.mktemp("speech")
    draws = np.random.default_rng(0)
    for number, name in enumerate(("10-1-0", "9-1-0", "9-1-1", "200-3-0", "11-2-0", "ann/hello")):
        time = np.arange(RATE // 2 + 37 * number) / RATE
        phase = 2 * np.pi * np.cumsum(110 + 20 * number + 30 * time) / RATE
        voice = sum(np.sin(k * phase) / k for k in range(1, 12)) * 0.1
        voice[: RATE // 10] = 0
        path = folder / f"{name}.wav"
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, voice + 1e-3 * draws.standard_normal(len(time)), RATE)
    return folder


@pytest.fixture(scope="session")
def small_corpus(speech_folder, small_features):
    return read_corpus(speech_folder, small_features)
