"""Figures equal those of the packages, asked directly with the reference first."""

import numpy as np
import pytest
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.features.audio_features import AudioFeatures
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.metrics.cepstral import mel_cepstral_distortion
from fourfold.domains.audio.metrics.comparison import compare
from fourfold.domains.audio.metrics.perceptual import pesq_wide, stoi

RATE = 16_000


def syllables() -> np.ndarray:
    time = np.arange(2 * RATE) / RATE
    pitch = 130 + 20 * np.sin(2 * np.pi * 0.7 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    formant = 700 + 300 * np.sin(2 * np.pi * 1.3 * time)
    x = sum(np.exp(-(((k * pitch - formant) / 400) ** 2)) * np.sin(k * phase) for k in range(1, 25))
    return (0.2 * x * np.clip(np.sin(2 * np.pi * 3 * time), 0, None)).astype(np.float32)


REFERENCE = syllables()
COPY = (0.8 * REFERENCE + 0.01 * np.random.default_rng(0).normal(size=2 * RATE)).astype(np.float32)
HOLE = slice(9_000, 14_000)
COPY[HOLE] = 0.0  # so that the two cannot be exchanged


def test_pesq_is_wide_band_and_of_the_copy():
    pesq = pytest.importorskip("pesq", reason="the extra audio-metrics is not installed")
    wanted = pesq.pesq(RATE, REFERENCE, COPY, "wb")
    assert pesq_wide(REFERENCE, COPY, RATE).value == pytest.approx(wanted, abs=1e-6)
    others = (pesq.pesq(RATE, COPY, REFERENCE, "wb"), pesq.pesq(RATE, REFERENCE, COPY, "nb"))
    assert all(abs(other - wanted) > 0.02 for other in others)


@pytest.mark.parametrize("extended", [False, True])
def test_stoi_is_of_the_copy(extended):
    pystoi = pytest.importorskip("pystoi", reason="the extra audio-metrics is not installed")
    wanted = pystoi.stoi(REFERENCE, COPY, RATE, extended=extended)
    assert stoi(REFERENCE, COPY, RATE, extended=extended).value == pytest.approx(wanted, abs=1e-9)
    assert abs(pystoi.stoi(COPY, REFERENCE, RATE, extended=extended) - wanted) > 0.01


def test_the_comparison_hands_the_reference_over_first():
    features = AudioFeatures(PRESETS[RATE])
    reference, copy = Audio(REFERENCE, RATE), Audio(COPY, RATE)
    found = compare(reference, copy, features)
    (mel, _), (other, _) = features.of(reference), features.of(copy)
    assert found["MCD"] == mel_cepstral_distortion(mel, other, 24)
    assert found["MCD"] != mel_cepstral_distortion(other, mel, 24)
    for package in ("pesq", "pystoi"):
        pytest.importorskip(package, reason="the extra audio-metrics is not installed")
    assert found["PESQ-WB"] == pesq_wide(REFERENCE, COPY, RATE)
    assert found["STOI"] == stoi(REFERENCE, COPY, RATE)
