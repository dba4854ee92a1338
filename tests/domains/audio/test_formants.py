"""Formants move along frequency by the factor asked for."""

import numpy as np
import pytest
from fourfold.domains.audio.features.mel import hz_from_mel, mel_from_hz
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.formants import shifted_formants

FEATURES = PRESETS[16_000]
CORNERS = np.linspace(mel_from_hz(0.0), mel_from_hz(8_000.0), FEATURES.n_mels + 2)
CENTRES = hz_from_mel(CORNERS[1:-1])


@pytest.mark.parametrize("factor", [0.7, 0.9, 1.2, 1.5])
@pytest.mark.parametrize("formant", [700.0, 2_500.0])
def test_a_peak_moves_by_the_factor(factor, formant):
    mel = -3 - (np.log(CENTRES / formant) / 0.15) ** 2
    moved = shifted_formants(mel[None].astype(np.float32), factor, FEATURES)[0]
    top = moved.argmax()
    a, b, c = moved[top - 1 : top + 2]
    peak = top + 0.5 * (a - c) / (a - 2 * b + c)
    found = float(hz_from_mel(np.interp(peak, np.arange(FEATURES.n_mels), CORNERS[1:-1])))
    assert found == pytest.approx(formant * factor, rel=0.02)


def test_factor_one_changes_nothing():
    mel = np.random.default_rng(0).normal(-4, 1, (7, FEATURES.n_mels)).astype(np.float32)
    np.testing.assert_allclose(shifted_formants(mel, 1.0, FEATURES), mel, atol=1e-5)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_values_stay_within_those_there_were(factor):
    mel = np.random.default_rng(1).normal(-4, 1, (7, FEATURES.n_mels)).astype(np.float32)
    moved = shifted_formants(mel, factor, FEATURES)
    assert (moved.max(1) <= mel.max(1)).all()
    assert (moved.min(1) >= mel.min(1)).all()


def test_down_goes_on_level_beyond_the_last_band():
    mel = np.linspace(-2, -8, FEATURES.n_mels, dtype=np.float32)[None]
    moved = shifted_formants(mel, 0.5, FEATURES)[0]
    np.testing.assert_allclose(moved[CENTRES > 4_000], -8, atol=1e-5)
