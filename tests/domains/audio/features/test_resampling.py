"""Tones keep their pitch, level and place; what lies above the new Nyquist goes."""

import time

import numpy as np
import pytest
from fourfold.domains.audio.features import resampling
from fourfold.domains.audio.features.resampling import resample


@pytest.mark.parametrize(
    ("rate", "to"), [(44_100, 24_000), (48_000, 16_000), (16_000, 22_050), (8_000, 48_000), (11_025, 11_027)]
)
def test_a_tone_stays_where_it_is(rate, to):
    x = np.sin(2 * np.pi * 1_000 * np.arange(rate // 2) / rate).astype(np.float32)
    y = resample(x, rate, to)
    assert y.dtype == np.float32
    assert len(y) == -(-len(x) * to // rate)
    wanted = np.sin(2 * np.pi * 1_000 * np.arange(len(y)) / to)
    np.testing.assert_allclose(y[1_000:-1_000], wanted[1_000:-1_000], atol=1e-4)


def test_nothing_aliases():
    x = np.sin(2 * np.pi * 9_000 * np.arange(24_000) / 24_000).astype(np.float32)
    assert np.abs(resample(x, 24_000, 16_000)[500:-500]).max() < 1e-4


@pytest.mark.parametrize(("rate", "to"), [(24_000, 16_000), (16_000, 22_050), (44_100, 16_000)])
def test_both_filters_agree(rate, to):
    x = np.random.default_rng(0).normal(0, 0.1, 4_000).astype(np.float32)
    made = resampling._interpolated(x, rate, to)
    np.testing.assert_allclose(made, resample(x, rate, to), atol=1e-5)


@pytest.mark.parametrize(
    ("rate", "to"), [(44_101, 16_000), (16_000, 44_101), (767_999, 16_000), (1_001, 48_000)]
)
def test_odd_rates_cost_no_more_than_others(rate, to):
    x = np.sin(2 * np.pi * 200 * np.arange(rate // 5) / rate).astype(np.float32)
    resample(x[:2], rate, to)  # compiled
    began = time.perf_counter()
    y = resample(x, rate, to)
    assert time.perf_counter() - began < 3
    edge = len(y) // 3
    wanted = np.sin(2 * np.pi * 200 * np.arange(len(y)) / to)
    np.testing.assert_allclose(y[edge:-edge], wanted[edge:-edge], atol=1e-4)


def test_odd_rates_do_not_alias_either():
    x = np.sin(2 * np.pi * 9_000 * np.arange(24_001) / 24_001).astype(np.float32)
    assert np.abs(resample(x, 24_001, 16_000)[500:-500]).max() < 1e-6


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_short_signals_are_no_trouble(count):
    assert len(resample(np.ones(count, np.float32), 16_000, 24_000)) == -(-count * 3 // 2)
