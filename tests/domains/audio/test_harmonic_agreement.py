"""A mel spectrum agrees with the pitch it was spoken at, and with no other."""

import numpy as np
import pytest
from fourfold.domains.audio.features.audio_features import AudioFeatures
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.harmonic_agreement import harmonic_agreement
from fourfold.domains.audio.pitch_free_mel import without_harmonics

DRAWS = np.random.default_rng(0)
SECONDS = 1


def spoken(rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Log-mel and pitch of a gliding voice with a formant and some breath."""
    hop = PRESETS[rate].hop
    f0 = np.linspace(140, 200, SECONDS * rate // hop).astype(np.float32)
    phase = 2 * np.pi * np.cumsum(np.repeat(f0, hop)) / rate
    strength = [1 / (1 + ((k * 170 - 600) / 500) ** 2) for k in range(1, 20)]
    voice = sum(a * np.sin(k * phase) for k, a in enumerate(strength, 1))
    samples = 0.1 * voice + DRAWS.normal(0, 1e-3, len(phase))
    return AudioFeatures(PRESETS[rate]).mel(samples.astype(np.float32)), f0


@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_own_pitch_agrees_and_others_do_not(rate):
    mel, f0 = spoken(rate)
    own = harmonic_agreement(mel, f0, PRESETS[rate])
    assert own > 0.75
    for factor in (0.71, 0.84, 1.19, 1.41, 2.0):
        assert harmonic_agreement(mel, f0 * np.float32(factor), PRESETS[rate]) < 0.4


def test_a_smoothed_spectrum_agrees_with_nothing():
    mel, f0 = spoken(16_000)
    smooth = without_harmonics(mel, f0, PRESETS[16_000])
    assert harmonic_agreement(smooth, f0, PRESETS[16_000]) < 0.4


def test_without_voice_nothing_contradicts():
    mel, f0 = spoken(16_000)
    assert harmonic_agreement(mel, np.zeros_like(f0), PRESETS[16_000]) == 1.0
