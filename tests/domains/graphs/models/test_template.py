"""The template as a whole equals its definition written out: concatenate, encode, recur, convolve, decode."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.models.batch import GraphBatch
from fourfold.domains.graphs.models.build import build_network
from fourfold.domains.graphs.models.template import TemplateNetwork
from torch import nn
from torch.nn import functional as F


def network_for(name: str, **sizes: object) -> TemplateNetwork:
    torch.manual_seed(0)
    data = {"nodes": 8, "channels": 2, "horizon": 4, "lookback": 6, "past": 1, "static": 2}
    network = build_network(name, **data, hidden=5, decoder=7, **{"embedding": {"size": 3}, **sizes})
    assert isinstance(network, TemplateNetwork)
    return network.double().eval()


def whole_input(batch: GraphBatch, network: TemplateNetwork) -> torch.Tensor:
    """Values, mask, covariate, calendar and node vector of every node and step, concatenated."""
    filled, whole = batch.filled_context(), batch.x_BNLC.shape[:3]
    angle = 2 * np.pi * batch.time_of_day_BT[:, None, :6, None].expand(*whole, 1)
    weekday = F.one_hot(batch.weekday_BT[:, :6], 7)[:, None].expand(*whole, 7)
    vectors = torch.cat([network.embedding.vectors_ND, batch.static_NU], dim=1)[None, :, None]
    parts = [filled, batch.observed_BNLC, batch.past_BNLU, angle.sin(), angle.cos(), weekday]
    return torch.cat([*parts, vectors.expand(*whole, 5)], dim=-1)


def joined(*layers: nn.Linear) -> torch.Tensor:
    return torch.cat([layer.weight for layer in layers], dim=1)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_time_then_space_equals_its_definition(make_batch, awkward, reference, bidirectional):
    batch = make_batch(awkward, past=1, static=2, dtype=torch.float64)
    network = network_for("tts-imp", bidirectional=bidirectional)
    encoder, decoder = network.encoder, network.decoder
    weight = joined(encoder.series, encoder.calendar, encoder.node)
    encoded = whole_input(batch, network) @ weight.T + encoder.series.bias
    state = nn.GRU.forward(network.block.recurrence, encoded.flatten(0, 1).transpose(0, 1))[1][0]
    state = state.view(3, 8, 5)
    matrices = [torch.from_numpy(matrix) for matrix in reference(awkward)][: 1 + bidirectional]
    for layer in network.block.layers:
        total = layer.root(state)
        for matrix, own in zip(matrices, layer.weights, strict=True):
            total = total + torch.einsum("ij,bjd->bid", matrix, state) @ own.weight.T
        state = F.elu(total)
    vectors = torch.cat([network.embedding.vectors_ND, batch.static_NU], dim=1).expand(3, 8, 5)
    both = torch.cat([state, vectors], dim=-1) @ joined(decoder.state, decoder.node).T + decoder.state.bias
    expected = decoder.readout(F.elu(both)).view(3, 8, 4, 2, 1)
    torch.testing.assert_close(network(batch), expected, atol=1e-6, rtol=1e-6)


def test_the_residual_is_to_the_last_value_seen(make_batch, awkward):
    batch = make_batch(awkward, past=1, static=2, dtype=torch.float64)
    plain, residual = network_for("rnn"), network_for("rnn", residual=True)
    last = batch.filled_context()[:, :, -1, None, :, None]
    torch.testing.assert_close(residual(batch), plain(batch) + last)


@pytest.mark.parametrize("places", [(), ("encoding",), ("decoding",), ("encoding", "decoding")])
def test_where_node_vectors_enter(make_batch, awkward, places):
    batch = make_batch(awkward, past=1, static=2, dtype=torch.float64)
    network = network_for("tts-imp", embedding_in=places)
    assert network.encoder.node.in_features == 2 + 3 * ("encoding" in places)
    assert network.decoder.node.in_features == 2 + 3 * ("decoding" in places)
    assert bool(network.local_parameters()) == bool(places)
    assert network(batch).isfinite().all()


def test_without_calendar_mask_and_vectors(make_batch, awkward):
    batch = make_batch(awkward, past=1, static=2, dtype=torch.float64)
    network = network_for("tts-amp", calendar=False, mask=False, embedding="none")
    assert not network.local_parameters()
    assert float(network.regularisation()) == 0
    assert network(batch).isfinite().all()


def test_recurrent_layers_stack(make_batch, awkward):
    batch = make_batch(awkward, past=1, static=2, dtype=torch.float64)
    for name in ("tts-imp", "tas-imp", "tas-amp"):
        assert network_for(name, recurrent_layers=2)(batch).shape == (3, 8, 4, 2, 1)


@pytest.mark.parametrize("name", ["tts-imp", "tts-amp", "tas-imp", "dcrnn", "graph-wavenet", "stid"])
def test_half_precision_stays_close(make_batch, awkward, name):
    batch = make_batch(awkward)
    torch.manual_seed(0)
    network = build_network(name, nodes=8, channels=2, horizon=4, lookback=6, preset="small").eval()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = network(batch)
    torch.testing.assert_close(half.float(), network(batch), atol=0.1, rtol=0.1)
