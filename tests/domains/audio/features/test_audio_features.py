"""Mel frames and pitch of a sound, and features that people bring."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.features import audio_features
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.features.audio_features import AudioFeatures
from fourfold.domains.audio.features.frame_checks import checked_f0, checked_frames, checked_mel
from fourfold.domains.audio.features.mel import LogMel
from fourfold.domains.audio.features.settings import PRESETS, FeatureSettings
from fourfold.shared.errors import InputError, InputWarning

SETTINGS = PRESETS[16_000]
FEATURES = AudioFeatures(SETTINGS)
MEL, F0 = np.zeros((6, 100), np.float32), np.full(6, 150, np.float32)


def voice(samples: int, hz: float = 150.0, rate: int = 16_000) -> Audio:
    """Ten harmonics."""
    phase = 2 * np.pi * hz * np.arange(samples) / rate
    return Audio((0.2 * sum(np.sin(k * phase) / k for k in range(1, 11))).astype(np.float32), rate)


@pytest.mark.parametrize("rate", sorted(PRESETS))
@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_as_many_frames_as_hops_are_begun(rate, extra):
    settings = PRESETS[rate]
    mel, f0 = AudioFeatures(settings).of(voice(5 * settings.hop + extra, rate=rate))
    frames = 6 if extra == 1 else 5
    assert mel.shape == (frames, settings.n_mels)
    assert f0.shape == (frames,)
    assert mel.dtype == f0.dtype == np.float32
    assert np.isfinite(mel).all()


@pytest.mark.parametrize("samples", [1, 2, 159, 161, 480])
def test_short_sounds_have_their_frames(samples):
    mel, f0 = FEATURES.of(voice(samples))
    assert len(mel) == len(f0) == -(-samples // 160)
    assert np.isfinite(mel).all()
    assert np.isfinite(f0).all()


def test_pieces_equal_the_whole(monkeypatch):
    audio = voice(4_001)
    whole = FEATURES.mel(audio.samples)
    monkeypatch.setattr(audio_features, "FRAMES_AT_ONCE", 7)
    np.testing.assert_allclose(FEATURES.mel(audio.samples), whole, atol=1e-6)
    padded = np.pad(audio.samples, (0, 159))
    direct = LogMel(SETTINGS)(torch.from_numpy(padded)[None])[0].T
    np.testing.assert_allclose(whole, direct, atol=1e-6)


def test_pitch_is_found():
    _, f0 = FEATURES.of(voice(16_000))
    assert np.median(f0) == pytest.approx(150, rel=2e-3)


@pytest.mark.parametrize("level", [0.0, 2e-3])
def test_silence_has_no_pitch_and_the_lowest_mel(level):
    audio = Audio(level * voice(16_000).samples, 16_000)
    mel, f0 = FEATURES.of(audio)
    assert audio.silent
    assert not f0.any()
    assert (mel >= np.float32(np.log(1e-5))).all()
    assert mel.max() < -3


def test_other_rates_and_bad_samples_are_refused():
    with pytest.raises(InputError, match="is at 24,000 Hz; expected 16,000 Hz"):
        FEATURES.of(voice(400, rate=24_000))
    with pytest.raises(InputError, match="at least one"):
        FEATURES.of(Audio(np.zeros(0, np.float32), 16_000))
    broken = voice(400).samples
    broken[33] = np.nan
    with pytest.raises(InputError, match="sample 33 is NaN or infinite"):
        FEATURES.of(Audio(broken, 16_000))


def test_reading_comes_at_the_recipe_s_rate():
    audio = FEATURES.read(voice(2_400, rate=24_000).samples, sample_rate=24_000)
    assert (audio.sample_rate, len(audio)) == (16_000, 1_600)


def test_another_recipe_is_refused_field_by_field():
    FEATURES.require_match(SETTINGS.model_dump())
    stored = FeatureSettings(sample_rate=16_000, hop=200, fmax=7_600.0).model_dump()
    with pytest.raises(
        InputError, match=r"2 field\(s\): hop: the model has 200, given 160; fmax: the model has 7600"
    ):
        FEATURES.require_match(stored)


@pytest.mark.parametrize(
    ("f0", "problem"),
    [
        ([100, np.nan, 100, np.nan], "2 of 4 frames are NaN or infinite"),
        ([100, np.inf], "1 of 2 frames are NaN or infinite"),
        ([0, 100, -1], r"at frame 2: 1 of 3 frames are negative \(-1 Hz first\)"),
        ([0, 19.5, 100], r"at frame 1: 1 of 3 frames are voiced but below 20 Hz \(19\.5 Hz first\)"),
        ([], "at least one"),
        (np.zeros((3, 2)), r"has shape \(3, 2\)"),
        (["a", "b"], "is no array of numbers"),
        (None, "is no array of numbers"),
    ],
)
def test_bad_pitch_is_refused(f0, problem):
    with pytest.raises(InputError, match=problem) as caught:
        checked_f0(f0, SETTINGS)
    assert caught.value.field == "f0"


def test_pitch_above_half_of_nyquist_is_warned_of():
    with pytest.warns(InputWarning, match="4,001 Hz at frame 1 is above half of Nyquist"):
        checked_f0([100, 4_001], SETTINGS)
    assert checked_f0(torch.zeros(1, 5), SETTINGS).tolist() == [0] * 5


@pytest.mark.parametrize(("mels", "pitches"), [(6, 6), (6, 5), (5, 6)])
def test_one_frame_too_many_is_cut_off(mels, pitches):
    mel, f0 = checked_frames(MEL[:mels], F0[:pitches], SETTINGS)
    assert len(mel) == len(f0) == min(mels, pitches)


def test_more_than_one_frame_is_refused():
    with pytest.raises(InputError, match="f0: has 4 frames, the mel spectrum 6"):
        FEATURES.check(MEL, F0[:4])


@pytest.mark.parametrize(
    ("mel", "problem"),
    [
        (MEL[:, :80], r"the model expects 100 mel bins, got 80; expected \[frames, 100\]"),
        (MEL.T, "Transpose it"),
        (MEL[:0], "is empty: 0 frames"),
        (MEL[0], r"got shape \(100,\)"),
        (np.where(np.arange(6)[:, None] == 2, np.nan, MEL), "at frame 2 first: 1 of 6 frames are NaN"),
        ("mel", "is no array of numbers"),
    ],
)
def test_bad_mel_frames_are_refused(mel, problem):
    with pytest.raises(InputError, match=problem):
        checked_mel(mel, SETTINGS)


@pytest.mark.parametrize("audio", [Audio(np.zeros(400, np.float32), 16_000), voice(400)])
def test_a_pitch_track_is_followed_in_short_sounds_and_silence(audio):
    track = FEATURES.f0(audio)
    assert FEATURES.f0_followed(audio, track).shape == track.shape == (3,)
