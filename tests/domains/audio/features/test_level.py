"""Loudness and gains."""

import numpy as np
import pytest
from fourfold.domains.audio.features.level import loudness, random_peak, set_level

RATE = 48_000


def tone(level: float, seconds: float = 3.0, rate: int = RATE) -> np.ndarray:
    return (level * np.sin(2 * np.pi * 997 * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("rate", [16_000, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("db", [0.0, -20.0])
def test_the_standard_s_reference_tone(rate, db):
    """997 Hz at full scale in one channel has -3.01 LUFS (BS.1770-4)."""
    assert loudness(tone(10 ** (db / 20), rate=rate), rate) == pytest.approx(-3.01 + db, abs=0.06)


def test_pauses_do_not_count():
    x = tone(0.1)
    with_pause = np.concatenate([x, np.zeros(5 * RATE, np.float32)])
    assert loudness(with_pause, RATE) == pytest.approx(loudness(x, RATE), abs=0.3)


def test_too_short_and_silent_are_told_apart():
    assert np.isnan(loudness(tone(0.1, 0.3), RATE))
    assert loudness(np.zeros(RATE, np.float32), RATE) == -np.inf


def test_loudness_is_reached_but_not_beyond_full_scale():
    x, _ = set_level(tone(0.5), RATE, "loudness")
    assert loudness(x, RATE) == pytest.approx(-24, abs=0.05)
    clicks = np.zeros(RATE, np.float32)
    clicks[:: RATE // 4] = 0.9
    y, remarks = set_level(clicks, RATE, "loudness")
    assert np.abs(y).max() <= 1 + 1e-6
    assert remarks[0].kind == "level"


def test_peak_and_keep():
    assert np.abs(set_level(tone(0.2), RATE, "peak")[0]).max() == pytest.approx(10 ** (-1 / 20), rel=1e-4)
    x = tone(1.4)
    assert set_level(x, RATE, "keep")[0] is x
    assert set_level(tone(0.4), RATE, "limit")[1] == []


@pytest.mark.parametrize("policy", ["limit", "peak", "loudness"])
def test_silence_is_not_raised(policy):
    for x in (np.zeros(RATE, np.float32), tone(1e-4)):
        np.testing.assert_array_equal(set_level(x, RATE, policy)[0], x)


def test_training_gains_lie_between_their_bounds():
    rng = np.random.default_rng(0)
    peaks = 20 * np.log10([np.abs(random_peak(tone(0.3, 0.1), rng)).max() for _ in range(50)])
    assert -6.001 < peaks.min() < -5
    assert -2 < peaks.max() < -0.999
    assert not random_peak(np.zeros(9, np.float32), rng).any()
