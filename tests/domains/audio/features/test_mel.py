"""Mel bands and frames."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.features.mel import LogMel, hz_from_mel, mel_basis, mel_from_hz
from fourfold.domains.audio.features.settings import PRESETS, FeatureSettings


def test_the_scale_is_slaney_s():
    assert mel_from_hz(1_000.0) == pytest.approx(15.0)
    assert mel_from_hz(6_400.0) == pytest.approx(42.0)
    hz = np.linspace(0, 24_000, 101)
    np.testing.assert_allclose(hz_from_mel(mel_from_hz(hz)), hz, atol=1e-8)


def test_bands_have_unit_area_and_overlap_by_halves():
    basis = mel_basis(24_000, 8_192, 40, 0.0, 8_000.0)
    width = 24_000 / 8_192
    np.testing.assert_allclose(basis.sum(axis=1) * width, 1.0, rtol=0.02)
    assert (basis >= 0).all()
    assert not basis[:, int(8_000 / width) + 2 :].any()


def test_equals_librosa():
    librosa = pytest.importorskip("librosa")
    wanted = librosa.filters.mel(sr=24_000, n_fft=1_024, n_mels=100, fmin=0, fmax=8_000)
    np.testing.assert_allclose(mel_basis(24_000, 1_024, 100, 0, 8_000), wanted, atol=1e-8)


@pytest.mark.parametrize("rate", sorted(PRESETS))
def test_exactly_t_frames_for_t_hops(rate):
    features = PRESETS[rate]
    frames = LogMel(features)(torch.randn(1, 7 * features.hop))
    assert frames.shape == (1, features.n_mels, 7)
    assert torch.isfinite(frames).all()


def test_silence_is_the_floor():
    features = FeatureSettings()
    assert LogMel(features)(torch.zeros(1, 480)).unique().tolist() == pytest.approx([np.log(1e-5)])


@pytest.mark.parametrize("wrong", [{"fmax": 13_000.0}, {"f0_floor": 700.0}, {"mel_fft": 101}, {"hop": 2_048}])
def test_settings_that_contradict_each_other_are_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        FeatureSettings(**wrong)


def test_the_digest_tells_settings_apart():
    assert FeatureSettings().digest() == FeatureSettings().digest()
    assert FeatureSettings().digest() != FeatureSettings(fmax=12_000.0).digest()
