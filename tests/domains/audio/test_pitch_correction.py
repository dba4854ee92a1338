from itertools import pairwise

import numpy as np
import pytest
from fourfold.domains.audio import vocoder
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.pitch_correction import FARTHEST, corrected, corrected_track, highest_heard
from fourfold.domains.audio.wavehax.excitation import gliding
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

TRACKS = arrays(np.float32, 12, elements=st.one_of(st.just(0.0), st.floats(70, 500, width=32)))


def averaged(track: np.ndarray) -> np.ndarray:
    """What a tracker with a window of three frames hears."""
    padded = np.pad(track, 1, mode="edge")
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 3


def test_what_a_tracker_averages_comes_nearer_to_the_request_with_every_round() -> None:
    asked = (150 + 15 * np.sin(np.arange(60))).astype(np.float32)
    off = [
        np.abs(averaged(corrected_track(asked, lambda track: track, averaged, rounds)) / asked - 1)[
            3:-3
        ].max()
        for rounds in range(4)
    ]
    assert off[0] > 0.015
    assert all(later < 0.5 * earlier for earlier, later in pairwise(off))


def test_requests_above_the_tracker_s_range_are_listened_for() -> None:
    settings = PRESETS[16_000]
    low = np.r_[np.zeros(20), np.full(99, 200.0), 650.0].astype(np.float32)
    assert highest_heard(low, settings) == settings.f0_ceil
    assert highest_heard(low * 4, settings) == pytest.approx(650 * 4 * 4 / 3)
    assert highest_heard(low * 16, settings) == 4_000
    assert highest_heard(np.zeros(5, np.float32), settings) == settings.f0_ceil


@given(TRACKS, TRACKS, TRACKS)
def test_voicing_stays_and_no_frame_goes_farther_than_allowed(
    asked: np.ndarray, given_: np.ndarray, heard: np.ndarray
) -> None:
    given_ = np.where(asked > 0, np.where(given_ > 0, given_, asked), 0).astype(np.float32)
    track = corrected(asked, given_, heard)
    np.testing.assert_array_equal(track > 0, asked > 0)
    voiced = asked > 0
    assert (np.abs(np.log(track[voiced] / asked[voiced])) <= FARTHEST + 1e-5).all()


def test_an_octave_and_silence_correct_nothing() -> None:
    asked = np.array([100, 100, 100, 0], np.float32)
    heard = np.array([200, 0, 95, 90], np.float32)
    np.testing.assert_allclose(corrected(asked, asked, heard), [100, 100, 100 * 100 / 95, 0], rtol=1e-6)


def test_without_voice_nothing_is_listened_to() -> None:
    calls = []
    corrected_track(np.zeros(5, np.float32), lambda track: calls.append(1) or track, lambda x: x)
    assert not calls


@pytest.mark.parametrize("parts", [1, 4])
def test_gliding_pitch_keeps_the_mean_of_a_line_and_the_ends_of_stretches(parts: int) -> None:
    f0 = np.array([0, 100, 110, 120, 0, 0, 200], np.float32)
    fine = gliding(f0, parts).reshape(-1, parts)
    np.testing.assert_array_equal((fine > 0).all(axis=1), f0 > 0)
    np.testing.assert_array_equal((fine == 0).all(axis=1), f0 == 0)
    np.testing.assert_allclose(fine[2].mean(), 110, rtol=1e-6)
    np.testing.assert_allclose(fine[6], 200)
    if parts > 1:
        assert 0 < np.abs(np.diff(fine[1:4].ravel())).max() <= 10 / parts + 1e-3


def test_changed_speech_is_voiced_where_pitch_falls_fast(small_features, small_network, monkeypatch):
    asked = []
    monkeypatch.setattr(vocoder, "corrected_track", lambda f0, *_: asked.append(f0) or f0)
    rate, bands = small_features.sample_rate, np.zeros(small_features.n_mels, np.float32)
    pitch = np.concatenate([np.full(rate // 4, 210.0), np.geomspace(210, 130, rate // 5)])
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    said = Audio(sum(0.05 * np.sin(k * phase) for k in range(1, 15)).astype(np.float32), rate)
    voice = vocoder.Vocoder.untrained(small_features, small_network, MelStatistics(bands - 4, bands + 1))
    measured = voice.features.f0(said)
    measured[25:] = 0  # as a tracker that loses the fall
    monkeypatch.setattr(voice.features, "f0", lambda _: measured)
    voice.resynthesize(said, pitch=1.25)
    assert (asked[0] > 0).sum() > 40
    np.testing.assert_allclose(asked[0][measured > 0], 1.25 * measured[measured > 0], rtol=1e-6)
    np.testing.assert_allclose(asked[0][30:40], 1.25 * pitch[rate // 200 :: rate // 100][30:40], rtol=0.03)
