"""How far pitch is corrected, how often, and when a request is listened for above the range; formants by the
definition."""

import numpy as np
import pytest
from fourfold.domains.audio.features.mel import hz_from_mel, mel_from_hz
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.formants import shifted_formants
from fourfold.domains.audio.pitch_correction import corrected, corrected_track, highest_heard

FEATURES = PRESETS[16_000]


def test_three_rounds_are_listened_to():
    heard = []
    track = np.full(5, 150, np.float32)
    corrected_track(track, lambda given: given, lambda samples: heard.append(samples) or track)
    assert len(heard) == 3


@pytest.mark.parametrize(("away", "by"), [(0.28, 0.28), (-0.28, -0.28), (0.33, 0.0), (-0.4, 0.0)])
def test_what_is_heard_farther_than_0_3_away_corrects_nothing(away, by):
    asked = np.full(4, 200.0, np.float32)
    found = corrected(asked, asked, (asked * np.exp(-away)).astype(np.float32))
    np.testing.assert_allclose(np.log(found / asked), by, atol=1e-5)


def test_corrections_add_up_to_0_3_at_most():
    asked = np.full(4, 200.0, np.float32)
    given = (asked * np.exp(0.2)).astype(np.float32)
    found = corrected(asked, given, (asked * np.exp(-0.25)).astype(np.float32))
    np.testing.assert_allclose(np.log(found / asked), 0.3, atol=1e-5)


@pytest.mark.parametrize(("above", "heard"), [(1, FEATURES.f0_ceil), (2, FEATURES.f0_ceil), (3, 900 * 4 / 3)])
def test_two_frames_of_a_hundred_above_the_range_are_the_tracker_s_errors(above, heard):
    track = np.r_[np.zeros(50), np.full(100 - above, 200.0), np.full(above, 900.0)].astype(np.float32)
    assert highest_heard(track, FEATURES) == pytest.approx(heard)


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.3, 2.0])
def test_formants_are_read_at_the_frequency_over_the_factor(factor):
    mel = np.random.default_rng(0).normal(-4, 1, (3, FEATURES.n_mels)).astype(np.float32)
    places = np.linspace(mel_from_hz(FEATURES.fmin), mel_from_hz(FEATURES.fmax), FEATURES.n_mels + 2)[1:-1]
    source = mel_from_hz(hz_from_mel(places) / factor)
    wanted = np.stack([np.interp(source, places, row) for row in mel])
    np.testing.assert_allclose(shifted_formants(mel, factor, FEATURES), wanted, atol=1e-4)
