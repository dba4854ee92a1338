"""Spectral distances against their formulas."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.spectral_losses import FLOOR, RESOLUTIONS, MelDistance, MultiResolutionDistance


@pytest.fixture
def pair():
    draws = np.random.default_rng(0)
    return [draws.standard_normal((2, 5_120)).astype(np.float32) * level for level in (0.1, 0.2)]


def magnitudes(x, n_fft, hop):
    """Centred, reflected frames and a plain real transform."""
    padded = np.pad(x.astype(np.float64), n_fft // 2, mode="reflect")
    frames = np.stack([padded[at : at + n_fft] for at in range(0, len(padded) - n_fft + 1, hop)])
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    return np.maximum(np.abs(np.fft.rfft(frames * window)), FLOOR)


def test_multi_resolution_equals_the_formula(pair):
    wanted = []
    for n_fft, hop in RESOLUTIONS:
        rows = []
        for made, real in zip(*pair, strict=True):
            y, x = magnitudes(made, n_fft, hop), magnitudes(real, n_fft, hop)
            rows.append([np.linalg.norm(y - x) / np.linalg.norm(x), np.abs(np.log(y) - np.log(x)).mean()])
        wanted.append(np.mean(rows, axis=0).sum())
    found = MultiResolutionDistance()(*map(torch.from_numpy, pair))
    assert float(found) == pytest.approx(np.mean(wanted), rel=1e-4)


def test_mel_distance_of_a_louder_copy_is_the_logarithm_of_its_gain(pair):
    x = torch.from_numpy(pair[0])
    assert float(MelDistance(24_000)(x * 2, x)) == pytest.approx(np.log(2), rel=1e-4)


@pytest.mark.parametrize(("rate", "hop"), [(24_000, 256), (16_000, 170), (44_100, 470), (48_000, 512)])
def test_mel_frames_keep_their_time(rate, hop):
    settings = MelDistance(rate).log_mel.settings
    assert (settings.hop, settings.fmax) == (hop, rate / 2)


@pytest.mark.parametrize(
    ("rate", "window", "bands"),
    [
        (16_000, 1_024, 100),
        (24_000, 1_024, 100),
        (32_000, 1_024, 100),
        (44_100, 2_048, 120),
        (48_000, 2_048, 120),
    ],
)
def test_full_band_has_its_own_mel(rate, window, bands):
    settings = MelDistance(rate).log_mel.settings
    assert (settings.mel_fft, settings.n_mels) == (window, bands)
    assert MelDistance(rate, 30).log_mel.settings.n_mels == 30


@pytest.mark.parametrize("distance", [MelDistance(16_000), MultiResolutionDistance()])
def test_silence_gives_finite_gradients(distance):
    made = torch.zeros(1, 5_120, requires_grad=True)
    distance(made, torch.randn(1, 5_120)).backward()
    assert made.grad is not None
    assert torch.isfinite(made.grad).all()
    assert float(distance(torch.zeros(1, 5_120), torch.zeros(1, 5_120))) == 0
