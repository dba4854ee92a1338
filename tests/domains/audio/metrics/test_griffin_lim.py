"""The baseline gives sound back whose mel frames are those asked for."""

import numpy as np
import pytest
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.features.audio_features import AudioFeatures
from fourfold.domains.audio.features.mel import mel_basis
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.metrics.griffin_lim import griffin_lim, magnitudes_of
from fourfold.shared.errors import InputError

SETTINGS = PRESETS[16_000]
FEATURES = AudioFeatures(SETTINGS)
PHASE = 2 * np.pi * np.cumsum(np.linspace(120, 180, 8_000)) / 16_000
VOICE = (0.1 * sum(np.sin(k * PHASE) / k for k in range(1, 30))).astype(np.float32)
MEL = FEATURES.mel(VOICE)


def test_length_and_mel_frames():
    y = griffin_lim(MEL, SETTINGS)
    assert y.shape == (len(MEL) * SETTINGS.hop,)
    assert y.dtype == np.float32
    error = np.abs(FEATURES.mel(y) - MEL)[5:-5, :40].mean()
    noise = np.random.default_rng(0).normal(0, 0.05, len(y)).astype(np.float32)
    assert error < 0.4
    assert error < 0.25 * np.abs(FEATURES.mel(noise) - MEL)[5:-5, :40].mean()


def test_pitch_survives():
    _, f0 = FEATURES.of(Audio(griffin_lim(MEL, SETTINGS), 16_000))
    wanted = np.linspace(120, 180, 8_000)[80::160]
    assert np.median(np.abs(f0[5:-5] / wanted[5:-5] - 1)) < 0.01


def test_more_iterations_come_nearer():
    errors = [
        np.abs(np.exp(FEATURES.mel(griffin_lim(MEL, SETTINGS, iterations=n))) - np.exp(MEL)).mean()
        for n in (0, 4, 32)
    ]
    assert errors[0] > errors[1] > errors[2]


def test_a_seed_gives_the_same_sound():
    one, same, other = (griffin_lim(MEL[:9], SETTINGS, iterations=2, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1e-3


def test_magnitudes_fit_the_bands_and_are_not_negative():
    found = magnitudes_of(MEL, SETTINGS)
    assert (found >= 0).all()
    fitted = found @ mel_basis(16_000, 1_024, 100, 0.0, 8_000.0).T
    assert np.abs(fitted - np.exp(MEL)).sum() < 0.02 * np.exp(MEL).sum()


@pytest.mark.parametrize("frames", [1, 3])
def test_few_frames_and_silence(frames):
    quiet = np.full((frames, 100), np.log(1e-5), np.float32)
    y = griffin_lim(quiet, SETTINGS)
    assert y.shape == (frames * 160,)
    assert np.abs(y).max() < 1e-3


def test_other_frames_are_refused():
    with pytest.raises(InputError, match="expects 100 mel bins, got 80"):
        griffin_lim(MEL[:, :80], SETTINGS)
