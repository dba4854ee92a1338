"""The multi-resolution discriminator against its published layers, written out in plain torch."""

import pytest
import torch
from fourfold.domains.audio.discriminators.ensemble import PRESETS
from fourfold.domains.audio.discriminators.resolution import ResolutionDiscriminator
from torch.nn import functional

KERNELS = ((7, 5), (5, 3), (5, 3), (3, 3), (3, 3), (3, 3))
STRIDES = ((2, 2), (2, 1), (2, 2), (2, 1), (2, 2), (1, 1))


@pytest.fixture
def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ResolutionDiscriminator(256, 64, 4).double()


def sound(samples=2_500):
    return torch.randn(2, samples, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_frequency_is_halved_five_times_and_time_three_times(network):
    score, features = network(sound(64 * 23))
    frames, bins = [24, 12, 12, 6, 6, 3, 3], [129, 65, 33, 17, 9, 5, 5]
    assert [tuple(map.shape) for map in features] == [
        (2, 4, f, t) for f, t in zip(bins[1:], frames[1:], strict=True)
    ]
    assert score.shape == (2, 1, 5, 3)


def test_it_equals_the_layers_written_out(network):
    x = sound()
    window = 0.5 - 0.5 * torch.cos(2 * torch.pi * torch.arange(256, dtype=torch.float64) / 256)
    pieces = functional.pad(x[:, None], (128, 128), mode="reflect")[:, 0].unfold(1, 256, 64)
    y = torch.fft.rfft(pieces * window).abs().transpose(1, 2)[:, None]
    y = functional.conv2d(y, network.enter.weight, network.enter.bias)
    score, features = network(x)
    for found, layer, kernel, stride in zip(features, network.layers, KERNELS, STRIDES, strict=True):
        padding = (kernel[0] // 2, kernel[1] // 2)
        y = functional.conv2d(y, layer.weight, layer.bias, stride, padding)
        y = torch.where(y > 0, y, 0.1 * y)
        torch.testing.assert_close(found, y, rtol=1e-4, atol=1e-5)  # its window is single
    wanted = functional.conv2d(y, network.score.weight, network.score.bias)
    torch.testing.assert_close(score, wanted, rtol=1e-4, atol=1e-5)


def test_a_sign_is_not_heard(network):
    x = sound()
    torch.testing.assert_close(network(-x)[0], network(x)[0])


def test_the_published_resolutions():
    assert PRESETS["full"].resolutions == ((1_024, 256), (2_048, 512), (512, 128))
    assert PRESETS["full-48k"].resolutions == ((1_024, 256), (2_048, 512), (4_096, 1_024))
