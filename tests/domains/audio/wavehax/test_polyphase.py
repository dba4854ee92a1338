"""Streams that are every M-th sample, and filters that only shift, give the prior back."""

import pytest
import torch
from fourfold.domains.audio.wavehax.multi_stream import MultiStreamWavehax
from fourfold.domains.audio.wavehax.settings import WavehaxSettings


@torch.no_grad()
@pytest.mark.parametrize("streams", [2, 4])
def test_polyphase_filters_reconstruct(streams, monkeypatch):
    settings = WavehaxSettings(
        n_mels=8, hop=40, n_fft=80 // streams, channels=4, blocks=1, streams=streams, stream_taps=9
    )
    network = MultiStreamWavehax(settings).eval()
    network.analysis.weight.zero_()
    network.synthesis.weight.zero_()
    for m in range(streams):
        network.analysis.weight[m, 0, 4 + m] = 1.0  # stream m holds x[n M + m]
        # A stream is spread with a gain of M, so that a filter of unit gain keeps its level.
        network.synthesis.weight[0, m, 4 - m] = 1 / streams
    # Images are condition, real and imaginary parts, of all streams each; the network hands spectra on.
    monkeypatch.setattr(network.backbone, "forward", lambda images, ends=None: images[:, streams:])
    prior = torch.randn(2, 40 * 12, generator=torch.Generator().manual_seed(0))
    made = network(torch.zeros(2, 8, 12), prior)
    torch.testing.assert_close(made[:, 8:-8], prior[:, 8:-8], atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_the_condition_enters_once_for_every_stream(monkeypatch):
    settings = WavehaxSettings(n_mels=8, hop=40, n_fft=40, channels=4, blocks=1, streams=2, stream_taps=7)
    network, seen = MultiStreamWavehax(settings).eval(), []
    network.condition_projection.convolution.weight.zero_()
    bias = network.condition_projection.convolution.bias
    bias.copy_(torch.arange(len(bias)))
    monkeypatch.setattr(
        network.backbone, "forward", lambda images, ends=None: seen.append(images) or images[:, 2:]
    )
    network(torch.zeros(1, 8, 5), torch.zeros(1, 200))
    (images,) = seen
    assert images.shape == (1, 6, 21, 5)
    torch.testing.assert_close(images[0, :2, :, 3].flatten(), torch.arange(42.0))
    assert not images[:, 2:].any()
