"""Smoothed pitch against scipy's filter."""

import numpy as np
from fourfold.domains.audio.pitch.smoothing import CUTOFF, smooth
from scipy import signal


def test_each_stretch_is_filtered_by_itself_forwards_and_backwards():
    draws = np.random.default_rng(0)
    track = np.zeros(500)
    stretches = [(20, 180), (181, 190), (300, 500)]
    for start, end in stretches:
        track[start:end] = 150 + 20 * draws.normal(size=end - start)
    found = smooth(track, 1e-3)
    b, a = signal.butter(2, CUTOFF, fs=1000)
    for start, end in stretches:
        padded = np.pad(track[start:end], 400, mode="edge")
        wanted = signal.filtfilt(b, a, padded, padlen=0)[400:-400]
        np.testing.assert_allclose(found[start:end], wanted, rtol=1e-6)
    assert ((found > 0) == (track > 0)).all()


def test_still_pitch_stays_and_silence_too():
    track = np.where(np.arange(200) < 120, 123.0, 0.0)
    np.testing.assert_allclose(smooth(track, 1e-3), track, rtol=1e-12)
    assert not smooth(np.zeros(5), 1e-3).any()


def test_a_jump_becomes_a_short_glide():
    track = np.where(np.arange(200) < 100, 100.0, 200.0)
    found = smooth(track, 1e-3)
    np.testing.assert_allclose(found + found[::-1], 300.0, rtol=1e-6)
    assert (np.abs(found - track)[np.abs(np.arange(200) - 99.5) > 30] < 1).all()
