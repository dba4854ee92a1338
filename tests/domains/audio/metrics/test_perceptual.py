"""Listeners' measures, where their packages are installed, and their reasons where there is no figure."""

import sys

import numpy as np
import pytest
from fourfold.domains.audio.metrics.perceptual import pesq_wide, stoi

RATE = 16_000


def speech_like(seconds: float = 2.0, rate: int = RATE) -> np.ndarray:
    """Syllables: harmonics of a moving pitch under a formant, four times a second."""
    time = np.arange(int(seconds * rate)) / rate
    pitch = 130 + 20 * np.sin(2 * np.pi * 0.7 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    formant = 700 + 300 * np.sin(2 * np.pi * 1.3 * time)
    x = sum(np.exp(-(((k * pitch - formant) / 400) ** 2)) * np.sin(k * phase) for k in range(1, 25))
    return (0.2 * x * np.clip(np.sin(2 * np.pi * 4 * time), 0, None)).astype(np.float32)


def noisy(x: np.ndarray, level: float) -> np.ndarray:
    return x + level * np.random.default_rng(0).normal(size=len(x)).astype(np.float32)


@pytest.fixture
def _pesq():
    pytest.importorskip("pesq", reason="the extra audio-metrics is not installed")


@pytest.fixture
def _stoi():
    pytest.importorskip("pystoi", reason="the extra audio-metrics is not installed")


@pytest.mark.usefixtures("_pesq")
def test_pesq_is_highest_for_the_same_and_falls_with_noise():
    x = speech_like()
    figures = [pesq_wide(x, noisy(x, level), RATE).value for level in (0.0, 0.003, 0.03)]
    assert figures[0] == pytest.approx(4.64, abs=0.01)
    assert figures[0] > figures[1] > figures[2] > 1


@pytest.mark.usefixtures("_pesq")
def test_pesq_hears_other_rates_and_long_sounds(monkeypatch):
    monkeypatch.setattr("fourfold.domains.audio.metrics.perceptual.LONGEST_SECONDS", 1.0)
    x = speech_like(2.5)
    assert pesq_wide(x, x, RATE).value == pytest.approx(4.64, abs=0.01)
    y = speech_like(rate=24_000)
    assert pesq_wide(y, y, 24_000).value == pytest.approx(4.64, abs=0.01)


@pytest.mark.usefixtures("_stoi")
def test_stoi_is_one_for_the_same_and_falls_with_noise():
    x = speech_like()
    figures = [stoi(x, noisy(x, level), RATE).value for level in (0.0, 0.01, 0.1)]
    assert figures[0] == pytest.approx(1.0, abs=1e-6)
    assert figures[0] > figures[1] > figures[2]
    assert stoi(x, x, RATE, extended=True).value == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(("measure", "package"), [(pesq_wide, "pesq"), (stoi, "pystoi")])
def test_silence_short_sounds_and_a_missing_package_have_reasons(measure, package, monkeypatch):
    x = speech_like()
    assert measure(np.zeros(RATE), x, RATE).reason == "the reference is silence"
    assert measure(x, np.zeros(2 * RATE), RATE).reason == "the copy is silence"
    assert measure(x[:0], x, RATE).reason == "there are no samples"
    monkeypatch.setitem(sys.modules, package, None)
    missing = measure(x, x, RATE)
    assert "fourfold[audio-metrics]" in missing.reason
    assert np.isnan(missing.value)


@pytest.mark.usefixtures("_pesq", "_stoi")
def test_short_sounds_have_reasons():
    x = speech_like()[1_000:]
    assert pesq_wide(x[:4_000], x, RATE).reason == "PESQ needs more than 0.25 s"
    assert stoi(x[:4_000], x, RATE).reason == "STOI needs 0.4 s"
    burst = np.zeros(RATE)
    burst[:1_000] = x[:1_000]
    assert stoi(burst, burst, RATE).reason == "STOI needs 0.4 s that are not silent"
    click = np.zeros(RATE)
    click[100] = 1.0
    figure = pesq_wide(click, click, RATE)
    assert np.isnan(figure.value) == bool(figure.reason)
