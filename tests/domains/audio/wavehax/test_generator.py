"""Wavehax has the published sizes, and its blocks compute what the paper says."""

import pytest
import torch
from fourfold.domains.audio.wavehax.block import ConvNeXtBlock, ImageNorm
from fourfold.domains.audio.wavehax.generator import Wavehax
from fourfold.domains.audio.wavehax.multi_stream import MultiStreamWavehax
from fourfold.domains.audio.wavehax.settings import PRESETS, WavehaxSettings
from torch.nn import functional


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("wavehax-v1", 622_951), ("wavehax-v2", 600_759), ("wavehax-48k", 2_018_727)],
)
def test_published_sizes(name, parameters):
    assert sum(p.numel() for p in Wavehax(PRESETS[name]).parameters()) == parameters


def test_multi_stream_has_its_published_size():
    network = MultiStreamWavehax(PRESETS["wavehax-ms"])
    assert sum(p.numel() for p in network.parameters()) == 332_324


def test_multi_stream_keeps_the_length():
    network = MultiStreamWavehax(
        small(streams=2, framewise_norm=True, stream_taps=7).model_copy(update={"n_fft": 20})
    )
    assert network(torch.randn(2, 8, 6), torch.randn(2, 120)).shape == (2, 120)


def small(**changes):
    return WavehaxSettings(n_mels=8, hop=20, n_fft=40, channels=4, blocks=2, **changes)


@pytest.mark.parametrize("frames", [4, 5, 11])
def test_length_is_frames_times_hop(frames):
    network = Wavehax(small())
    assert network(torch.randn(2, 8, frames), torch.randn(2, 20 * frames)).shape == (2, 20 * frames)


def test_a_batch_answers_row_by_row():
    torch.manual_seed(0)
    network = Wavehax(small()).eval()
    condition, prior = torch.randn(3, 8, 9), torch.randn(3, 180)
    together = network(condition, prior)
    for row in range(3):
        alone = network(condition[row : row + 1], prior[row : row + 1])
        torch.testing.assert_close(together[row : row + 1], alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("framewise", [False, True])
def test_image_norm_equals_the_formula(framewise):
    norm = ImageNorm(5, framewise).double()
    with torch.no_grad():
        norm.weight.copy_(torch.linspace(0.5, 2, 5))
        norm.bias.copy_(torch.linspace(-1, 1, 5))
    x = torch.randn(2, 5, 7, 6, dtype=torch.float64) * 3 + 1
    axes = (1, 2) if framewise else (1, 2, 3)
    mean, variance = x.mean(axes, keepdim=True), x.var(axes, keepdim=True, correction=0)
    wanted = (x - mean) / (variance + 1e-6).sqrt() * norm.weight[:, None, None] + norm.bias[:, None, None]
    torch.testing.assert_close(norm(x), wanted)


def test_block_equals_the_paper_s_layers():
    torch.manual_seed(1)
    block = ConvNeXtBlock(6, 2, (7, 5), 0.5, framewise_norm=False, causal=False).double()
    x = torch.randn(2, 6, 12, 9, dtype=torch.float64)
    padded = functional.pad(x, (2, 2, 3, 3), mode="reflect")
    y = functional.conv2d(padded, block.depthwise.weight, groups=6)
    y = functional.layer_norm(y, y.shape[1:], eps=1e-6)
    y = functional.conv2d(y, block.widen.weight[:, :, None, None], block.widen.bias)
    y = functional.conv2d(functional.gelu(y), block.narrow.weight[:, :, None, None], block.narrow.bias)
    torch.testing.assert_close(block(x), x + 0.5 * y)


def test_causal_output_does_not_know_the_future():
    torch.manual_seed(2)
    network = Wavehax(small(causal=True, framewise_norm=True)).eval()
    condition, prior = torch.randn(1, 8, 20), torch.randn(1, 400)
    changed, other = condition.clone(), prior.clone()
    changed[..., 12:] += 1.0
    other[:, 240:] += 1.0
    until = 20 * 11 - 10  # the transforms look half a window ahead
    torch.testing.assert_close(network(condition, prior)[:, :until], network(changed, other)[:, :until])


@pytest.mark.parametrize("wrong", [{"hop": 15}, {"kernel": (6, 7)}, {"causal": True}, {"streams": 3}])
def test_settings_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match=r"must|needs|divide"):
        WavehaxSettings(**{"hop": 20, "n_fft": 40, **wrong})
