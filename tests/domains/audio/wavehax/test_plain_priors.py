"""The sine and sawtooth priors against their definitions."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.wavehax.harmonic_prior import prior
from scipy import signal

RATE, HOP = 24_000, 240


@pytest.mark.parametrize(
    ("kind", "deviation"), [("sine", 0.03), ("sawtooth", 0.03), ("harmonic-decay", 0.01), ("harmonic", 0.01)]
)
def test_noise_has_the_deviation_of_its_prior(kind, deviation):
    noise = torch.randn(1, 10 * HOP, generator=torch.Generator().manual_seed(0))
    unvoiced = prior(torch.zeros(1, 10), HOP, RATE, kind=kind, noise_BS=noise)
    torch.testing.assert_close(unvoiced, deviation * noise)
    f0 = torch.full((1, 10), 123.0)
    added = prior(f0, HOP, RATE, kind=kind, noise_BS=noise) - prior(f0, HOP, RATE, kind=kind)
    torch.testing.assert_close(added, deviation * noise, atol=1e-6, rtol=0)


@pytest.mark.parametrize("f0", [60.0, 437.0])
def test_a_sine_has_a_peak_of_one(f0):
    found = prior(torch.full((1, 20), f0), HOP, RATE, kind="sine")[0].numpy()
    wanted = np.sin(2 * np.pi * f0 * np.arange(1, 20 * HOP + 1) / RATE)  # the phase after each sample
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    assert found.max() == pytest.approx(1, abs=2e-3)


def test_a_sawtooth_rises_from_minus_one_to_one():
    f0 = 61.0
    found = prior(torch.full((1, 20), f0), HOP, RATE, kind="sawtooth")[0].numpy()
    phase = f0 * np.arange(1, 20 * HOP + 1) / RATE
    wanted = signal.sawtooth(2 * np.pi * phase)
    far = np.abs(phase - np.round(phase)) > f0 / RATE  # a sample on each side of the jump is rounded
    assert 0.98 < far.mean() < 1
    np.testing.assert_allclose(found[far], wanted[far], atol=1e-5)
    assert np.abs(found).max() <= 1
    # There it lies between the ramp and the middle of the jump.
    assert (np.abs(found[~far]) <= np.abs(wanted[~far]) + 1e-6).all()
