import numpy as np
from fourfold.domains.audio.pitch.frames import PitchFrames
from fourfold.domains.audio.pitch.missed_voice import with_missed_voice
from fourfold.domains.audio.pitch.pyin import pyin
from hypothesis import given, settings
from hypothesis import strategies as st

RATE, HOP = 16_000, 160
FRAMES = PitchFrames(RATE, HOP)


def voice(pitch_S: np.ndarray) -> np.ndarray:
    """Equal harmonics up to 4 kHz."""
    phase = 2 * np.pi * np.cumsum(pitch_S) / RATE
    x = sum(np.sin(k * phase) * (k * pitch_S < 4_000) for k in range(1, 30))
    return (0.05 * np.asarray(x)).astype(np.float32)


def fall() -> np.ndarray:
    """Hz of each sample: 0.3 s steady, down from 210 to 130 Hz in 0.2 s, 0.3 s steady."""
    steady = int(0.3 * RATE)
    return np.concatenate([np.full(steady, 210.0), np.geomspace(210, 130, RATE // 5), np.full(steady, 130.0)])


def test_a_steep_fall_is_followed_where_the_first_tracker_loses_it() -> None:
    pitch = fall()
    x = voice(pitch)
    first = pyin(x, FRAMES)[0]
    filled = with_missed_voice(first, x, FRAMES)
    wanted, middle = pitch[HOP // 2 :: HOP], slice(32, 48)
    assert (first[middle] > 0).mean() < 0.7
    assert (filled[middle] > 0).mean() > 0.9
    voiced = filled > 0
    assert np.median(np.abs(filled[voiced] / wanted[voiced] - 1)) < 0.01
    assert np.abs(filled[middle][filled[middle] > 0] / wanted[middle][filled[middle] > 0] - 1).max() < 0.05


def test_what_was_voiced_stays() -> None:
    x = voice(fall())
    first = pyin(x, FRAMES)[0]
    filled = with_missed_voice(first, x, FRAMES)
    np.testing.assert_array_equal(filled[first > 0], first[first > 0])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1_000))
def test_a_voice_is_not_continued_into_noise(seed: int) -> None:
    noise = 0.1 * np.random.default_rng(seed).standard_normal(RATE // 2).astype(np.float32)
    x = np.concatenate([voice(np.full(RATE // 2, 140.0)), noise])
    track = np.where(np.arange(100) < 50, 140.0, 0.0).astype(np.float32)
    np.testing.assert_array_equal(with_missed_voice(track, x, FRAMES)[52:], 0)


def test_nothing_begins_by_itself() -> None:
    x = voice(np.full(RATE // 2, 200.0))
    assert not with_missed_voice(np.zeros(50, np.float32), x, FRAMES).any()


def test_silence_has_no_voice() -> None:
    track = np.where(np.arange(50) < 20, 100.0, 0.0).astype(np.float32)
    np.testing.assert_array_equal(with_missed_voice(track, np.zeros(RATE // 2, np.float32), FRAMES), track)


def test_a_voice_is_followed_back_to_its_start() -> None:
    x = voice(np.full(RATE // 2, 200.0))
    track = np.where(np.arange(50) >= 20, 200.0, 0.0).astype(np.float32)
    filled = with_missed_voice(track, x, FRAMES)
    np.testing.assert_allclose(filled[2:], 200, rtol=0.005)
