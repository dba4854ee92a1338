"""The vocoders that come with the package keep length, level by band and the pitch that is asked for."""

import numpy as np
import pytest
from fourfold import Vocoder
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.speech_sets.synthetic_voice import speech_contour, synthetic_voice
from fourfold.shared.artifact.shipped import list_shipped

NAMES = [name for name in list_shipped() if name.startswith("wavehax-")]
pytestmark = [
    pytest.mark.skipif(not NAMES, reason="needs the shipped models wavehax-16k and wavehax-24k"),
    pytest.mark.slow,
]


def decibels(audio: Audio, low: float, high: float) -> float:
    power = np.abs(np.fft.rfft(audio.samples)) ** 2
    hertz = np.fft.rfftfreq(len(audio), 1 / audio.sample_rate)
    return float(10 * np.log10(power[(hertz >= low) & (hertz < high)].mean()))


@pytest.mark.parametrize("name", NAMES)
def test_copies_are_as_loud_in_every_band(name):
    vocoder = Vocoder.load(name)
    settings = vocoder.features.settings
    hiss = np.random.default_rng(0).standard_normal(settings.sample_rate + 7)
    heard = Audio((0.05 * hiss).astype(np.float32), settings.sample_rate)
    copy = vocoder.resynthesize(heard)
    assert len(copy) == len(heard)
    for low in range(500, int(settings.fmax) - 1_500, 1_500):
        assert abs(decibels(copy, low, low + 1_500) - decibels(heard, low, low + 1_500)) < 1.0


@pytest.mark.parametrize("name", NAMES)
def test_voices_are_heard_at_the_pitch_asked_for(name):
    vocoder = Vocoder.load(name)
    frames = {"sample_rate": vocoder.features.settings.sample_rate, "hop": vocoder.features.settings.hop}
    said = synthetic_voice(speech_contour(200, 100.0, 150.0, np.random.default_rng(3)), seed=3, **frames)
    voice = Audio(said.samples, said.sample_rate)
    f0, heard = vocoder.features.f0(voice), vocoder.features.f0(vocoder.resynthesize(voice, pitch=1.41))
    both = (f0 > 0) & (heard > 0)
    assert both.sum() > 0.9 * (f0 > 0).sum()
    assert np.mean(np.abs(heard[both] / (1.41 * f0[both]) - 1) < 0.02) > 0.95


@pytest.mark.skipif("wavehax-24k" not in NAMES, reason="needs the shipped model wavehax-24k")
def test_nothing_is_made_above_what_24k_hears():
    vocoder = Vocoder.load("wavehax-24k")
    hiss = np.random.default_rng(0).standard_normal(24_000)
    copy = vocoder.resynthesize(Audio((0.05 * hiss).astype(np.float32), 24_000))
    assert decibels(copy, 11_500, 12_000) < decibels(copy, 9_000, 10_500) - 20
