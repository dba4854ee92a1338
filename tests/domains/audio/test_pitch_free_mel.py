"""The ripple of harmonics goes, the envelope stays."""

import numpy as np
import pytest
from fourfold.domains.audio.features.audio_features import AudioFeatures
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.pitch_free_mel import without_harmonics

FEATURES = PRESETS[16_000]


def buzz(pitch, seconds=0.5):
    """Harmonics of equal amplitude."""
    phase = 2 * np.pi * pitch * np.arange(int(16_000 * seconds)) / 16_000
    return sum(np.sin(k * phase) for k in range(1, int(8_000 / pitch))).astype(np.float32) * 0.02


@pytest.mark.parametrize("pitch", [110.0, 180.0, 260.0])
def test_a_buzz_becomes_nearly_flat(pitch):
    mel = AudioFeatures(FEATURES).mel(buzz(pitch))[20]
    smooth = without_harmonics(mel[None], np.array([pitch]), FEATURES)[0]
    inside = slice(8, 60)  # beyond one pitch from the end, where bands still resolve harmonics
    assert mel[inside].std() > 0.5
    assert smooth[inside].std() < 0.2
    assert abs(np.exp(smooth[inside]).mean() / np.exp(mel[inside]).mean() - 1) < 0.1


def test_unvoiced_frames_and_smooth_spectra_stay():
    mel = np.random.default_rng(0).normal(-3, 1, (4, 100)).astype(np.float32)
    np.testing.assert_array_equal(without_harmonics(mel, np.zeros(4), FEATURES), mel)
    flat = np.full((2, 100), -3.0, np.float32)
    np.testing.assert_allclose(without_harmonics(flat, np.full(2, 150.0), FEATURES), flat, rtol=1e-5)


def test_quiet_bands_stay_above_the_floor():
    mel = np.full((1, 100), -40.0, np.float32)
    assert without_harmonics(mel, np.full(1, 100.0), FEATURES).min() == pytest.approx(np.log(1e-5))
