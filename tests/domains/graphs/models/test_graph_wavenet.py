"""Graph WaveNet's parts equal torch's convolutions and its reach is what it says."""

from dataclasses import replace

import pytest
import torch
from fourfold.domains.graphs.models.build import build_network
from fourfold.domains.graphs.models.graph_wavenet import GatedTemporalConvolution, GraphWaveNet
from torch.nn import functional as F


@pytest.mark.parametrize(("kernel", "dilation"), [(2, 1), (2, 2), (3, 4)])
def test_gated_convolution_equals_conv1d(kernel, dilation):
    torch.manual_seed(0)
    layer = GatedTemporalConvolution(4, kernel, dilation).double()
    x_NTBD = torch.randn(3, 14, 2, 4, dtype=torch.float64)
    weight = torch.stack([tap.weight for tap in layer.taps], dim=-1)
    series = x_NTBD.permute(0, 2, 3, 1).reshape(6, 4, 14)
    signal, gate = F.conv1d(series, weight, layer.taps[0].bias, dilation=dilation).chunk(2, dim=1)
    expected = (signal.tanh() * gate.sigmoid()).view(3, 2, 4, -1).permute(0, 3, 1, 2)
    torch.testing.assert_close(layer(x_NTBD), expected)


def test_reach(make_batch, awkward):
    """Only the receptive field's steps act on the answer, and its first one does."""
    batch = make_batch(awkward, lookback=12)
    batch = replace(batch, observed_BNLC=torch.ones_like(batch.observed_BNLC))
    sizes = {"nodes": 8, "channels": 2, "horizon": 4, "lookback": 12, "steps_per_day": 24}
    network = build_network("graph-wavenet", **sizes, hidden=8, skip=8, end=8, layers=4).eval()
    assert isinstance(network, GraphWaveNet)
    assert network.settings.receptive_field == 7

    def answer_with_change_at(step: int) -> torch.Tensor:
        x = batch.x_BNLC.clone()
        x[:, :, step] += 5
        return network(replace(batch, x_BNLC=x))

    usual = network(batch)
    assert torch.equal(answer_with_change_at(12 - 8), usual)
    assert not torch.allclose(answer_with_change_at(12 - 7), usual)


def test_training_normalises_over_windows_and_evaluation_does_not(make_batch, awkward):
    batch = make_batch(awkward)
    sizes = {"nodes": 8, "channels": 2, "horizon": 4, "lookback": 6, "steps_per_day": 24}
    network = build_network("graph-wavenet", **sizes, hidden=8, skip=8, end=8, dropout=0.0)
    trained = network(batch)
    assert network.norms[0].num_batches_tracked == 1
    assert not torch.allclose(network.eval()(batch), trained)
