"""Harmonics, filtered noise and room against sums written out in double precision."""

import math

import numpy as np
import pytest
import torch
from fourfold.domains.audio.ddsp.synthesis import (
    between_frames,
    exp_sigmoid,
    filtered_noise,
    harmonics,
    impulse_responses,
    reverberate,
)

RATE, HOP = 16_000, 64


def draw(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_exp_sigmoid():
    x = np.linspace(-20, 20, 9)
    wanted = 2 * (1 / (1 + np.exp(-x))) ** np.log(10) + 1e-7
    np.testing.assert_allclose(exp_sigmoid(torch.from_numpy(x)), wanted, rtol=1e-12)


@pytest.mark.parametrize("hop", [7, 8])
def test_controls_run_straight_between_the_middles(hop):
    values = draw(2, 5, 3)
    middles = (np.arange(5) + 0.5) * hop
    at = np.arange(5 * hop) + 0.5
    found = between_frames(values, hop).numpy()
    for b in range(2):
        for k in range(3):
            np.testing.assert_allclose(found[b, :, k], np.interp(at, middles, values[b, :, k]), atol=1e-12)


def test_smooth_controls_are_overlapping_hann_windows():
    values = draw(1, 6, 1)
    found = between_frames(values, 8, smooth=True)[0, :, 0].numpy()
    wanted = np.zeros(6 * 8)
    for n in range(6 * 8):
        for t in range(-1, 7):  # the ends are held
            away = abs(n + 0.5 - (t + 0.5) * 8) / 8
            if away < 1:
                wanted[n] += (0.5 + 0.5 * math.cos(math.pi * away)) * float(values[0, min(max(t, 0), 5), 0])
    np.testing.assert_allclose(found, wanted, atol=1e-12)


def test_one_harmonic_is_a_sine():
    f0 = torch.full((1, 50), 440.0, dtype=torch.float64)
    level = torch.ones(1, 50, dtype=torch.float64)
    found = harmonics(level, torch.ones(1, 50, 1, dtype=torch.float64), f0, HOP, RATE)
    wanted = torch.sin(2 * math.pi * 440 / RATE * torch.arange(1, 50 * HOP + 1, dtype=torch.float64))
    torch.testing.assert_close(found[0], wanted, atol=1e-9, rtol=0)


def test_harmonics_equal_the_sum():
    f0, level, shares = 100 + 3_000 * draw(1, 9), draw(1, 9, seed=1), draw(1, 9, 25, seed=2)
    found = harmonics(level, shares, f0, HOP, RATE)[0]
    phase = between_frames(f0[..., None], HOP)[0, :, 0].cumsum(0) / RATE
    k = torch.arange(1, 26, dtype=torch.float64)
    kept = shares[0] * (f0[0, :, None] * k < RATE / 2)
    kept = kept / kept.sum(1, keepdim=True) * level[0, :, None]
    wanted = (
        between_frames(kept[None], HOP, smooth=True)[0] * torch.sin(2 * math.pi * phase[:, None] * k)
    ).sum(1)
    torch.testing.assert_close(found, wanted, atol=1e-9, rtol=0)


def test_unvoiced_frames_are_silent_and_do_not_bend_the_pitch():
    f0 = torch.tensor([[200.0] * 10 + [0.0] * 10 + [0.0] * 5])
    sound = harmonics(torch.ones(1, 25), torch.ones(1, 25, 5), f0, HOP, RATE)[0]
    assert not sound[11 * HOP :].any()
    pure = harmonics(torch.ones(1, 25), torch.ones(1, 25, 5), torch.full((1, 25), 200.0), HOP, RATE)[0]
    torch.testing.assert_close(sound[: 9 * HOP], pure[: 9 * HOP])


def test_filtered_noise_equals_the_convolutions():
    magnitudes, noise = draw(2, 4, 9), draw(2, 4 * 10, seed=1) * 2 - 1
    filters = impulse_responses(magnitudes).numpy()
    assert filters.shape == (2, 4, 17)
    np.testing.assert_allclose(filters, filters[..., ::-1], atol=1e-12)  # zero phase
    wanted = np.zeros((2, 40 + 16))
    for b in range(2):
        for t in range(4):
            wanted[b, t * 10 : t * 10 + 26] += np.convolve(noise[b, t * 10 : t * 10 + 10], filters[b, t])
    np.testing.assert_allclose(filtered_noise(magnitudes, noise), wanted[:, 8:-8], atol=1e-12)


def test_noise_has_the_magnitudes_asked_for():
    wanted = torch.linspace(1.0, 0.1, 33)
    noise = torch.rand(1, 64 * 800, generator=torch.Generator().manual_seed(0)) * 2 - 1
    found = filtered_noise(wanted.expand(1, 800, -1), noise)[0]
    window = torch.hann_window(64)
    power = torch.stft(found, 64, window=window, return_complex=True).abs().square().mean(1)
    flat = window.square().sum() / 3  # of uniform noise
    ratio = (power / flat).sqrt() / wanted
    assert float((ratio[2:-2] - 1).abs().max()) < 0.1


def test_a_room_is_a_convolution_beside_the_dry_sound():
    dry, response = draw(2, 50), draw(20, seed=1)
    found = reverberate(dry, response)
    rest = response.numpy().copy()
    rest[0] = 0
    for b in range(2):
        wanted = dry[b].numpy() + np.convolve(dry[b], rest)[:50]
        np.testing.assert_allclose(found[b], wanted, atol=1e-12)


def test_a_room_is_learnt_from_its_sound():
    dry, truth = draw(1, 400) - 0.5, 0.3 * (draw(12, seed=1) - 0.5)
    wanted = reverberate(dry, truth)
    response = torch.zeros(12, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([response], max_iter=60)

    def closure():
        optimiser.zero_grad()
        loss = (reverberate(dry, response) - wanted).square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    torch.testing.assert_close(response.detach()[1:], truth[1:], atol=1e-4, rtol=0)
