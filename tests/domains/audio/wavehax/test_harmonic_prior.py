"""The prior in closed form equals the sum over harmonics."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.wavehax.harmonic_prior import (
    decaying_sum,
    harmonic_sum,
    prior,
    running_phase,
)

RATE, HOP = 24_000, 240


def contour():
    f0 = torch.linspace(80, 1_000, 60, dtype=torch.float64)[None]
    f0[:, 20:27] = 0
    return f0


def naive(f0, weight):
    """Sum over k of weight(k, f0) sin(2 pi k phase), float64."""
    held = f0.repeat_interleave(HOP, dim=1)
    phase = (held / RATE).cumsum(1)
    total = torch.zeros_like(phase)
    for k in range(1, int(RATE / 2 / 80) + 1):
        active = (held > 0) & (k * held <= RATE / 2)
        total += torch.where(active, weight(k, held) * torch.sin(2 * torch.pi * k * phase), 0.0)
    return total


def counts(f0):
    held = f0.repeat_interleave(HOP, dim=1)
    return torch.where(held > 0, torch.floor(RATE / 2 / held.clamp_min(1.0)), 0.0), held


def test_equal_harmonics():
    f0 = contour()
    count, _ = counts(f0)
    found = harmonic_sum(running_phase(f0, HOP, RATE), count)
    np.testing.assert_allclose(found, naive(f0, lambda k, f: 1.0), atol=1e-6)


@pytest.mark.parametrize("phase", [1e-6, 1e-8, 1e-12, 1 - 1e-9, 0.0, 0.5])
def test_harmonics_almost_in_phase(phase):
    count = torch.tensor([[240.0]], dtype=torch.float64)
    away = phase - round(phase)
    wanted = sum(np.sin(2 * np.pi * k * away) for k in range(1, 241))
    found = float(harmonic_sum(torch.tensor([[phase]], dtype=torch.float64), count))
    assert found == pytest.approx(wanted, rel=1e-6, abs=1e-9)


def test_decaying_harmonics():
    f0 = contour()
    count, held = counts(f0)
    found = decaying_sum(running_phase(f0, HOP, RATE), count, held / (RATE / 2))
    np.testing.assert_allclose(found, naive(f0, lambda k, f: 1 - k * f / (RATE / 2)), atol=1e-6)


def test_the_whole_prior_equals_the_naive_sum():
    f0 = contour()
    wanted = naive(f0, lambda k, f: 0.2 * torch.sqrt(f / RATE))
    np.testing.assert_allclose(prior(f0, HOP, RATE), wanted, atol=1e-6)


@pytest.mark.parametrize("noisy", [False, True])
def test_one_pass_gives_what_the_tensors_give(noisy, monkeypatch):
    """Periods of whole samples, jumps, silence, above Nyquist, several rows and starts."""
    draws = torch.Generator().manual_seed(0)
    f0 = torch.tensor([[100.0, 200.0, 50.0, 0.0, 62.5, 13_000.0, 12_000.0, 77.7] * 6, [20.0] * 48])
    f0[1, 20:] = 40 * (25 ** torch.rand(28, generator=draws))
    start = torch.tensor([0.25, 3.6])
    noise = torch.randn(2, 48 * HOP, generator=draws) if noisy else None
    found = prior(f0, HOP, RATE, start_B=start, noise_BS=noise)
    monkeypatch.setattr("fourfold.domains.audio.wavehax.harmonic_prior._plain", lambda *_: False)
    wanted = prior(f0, HOP, RATE, start_B=start, noise_BS=noise)
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(found, wanted, atol=2e-7)


def test_gradients_of_pitch_go_through_the_tensors():
    f0 = torch.full((1, 4), 123.0, requires_grad=True)
    prior(f0, HOP, RATE).square().sum().backward()
    assert f0.grad is not None and torch.isfinite(f0.grad).all()


@pytest.mark.parametrize("f0", [70.0, 120.0, 333.3, 900.0])
@pytest.mark.parametrize("kind", ["harmonic", "harmonic-decay"])
def test_power_does_not_depend_on_pitch(f0, kind):
    signal = prior(torch.full((1, 200), f0), HOP, RATE, kind=kind)
    assert float(signal.square().mean().sqrt()) == pytest.approx(0.1, rel=0.05)


def test_unvoiced_is_silent_but_for_noise():
    f0 = torch.zeros(1, 10)
    assert not prior(f0, HOP, RATE).any()
    noise = torch.randn(1, 2_400, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(prior(f0, HOP, RATE, noise_BS=noise), 0.01 * noise)


def test_a_start_phase_shifts_all_harmonics_together():
    f0 = torch.full((1, 10), 100.0)
    shifted = prior(f0, HOP, RATE, start_B=torch.tensor([0.25]))
    torch.testing.assert_close(shifted[:, :-60], prior(f0, HOP, RATE)[:, 60:], atol=1e-6, rtol=0)


@pytest.mark.parametrize("kind", ["harmonic", "harmonic-decay", "sine", "sawtooth"])
def test_energy_lies_on_the_harmonics(kind):
    f0 = 8 * RATE / 4_096  # eight bins
    signal = prior(torch.full((1, 20), f0), HOP, RATE, kind=kind)[0, :4_096].double()
    power = torch.fft.rfft(signal).abs().square()
    grid = torch.arange(len(power)) % 8 == 0
    off = 10 * torch.log10(power[~grid].sum() / power.sum())
    assert off < -60


def test_above_nyquist_there_is_nothing():
    assert not prior(torch.full((1, 5), 20_000.0), HOP, RATE).any()
