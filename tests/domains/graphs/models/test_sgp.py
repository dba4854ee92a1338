"""SGP's encoder equals dense powers of the graph; its decoder sees single pairs."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.models import sgp as module
from fourfold.domains.graphs.models.build import build_network
from fourfold.domains.graphs.models.sgp import SGP


def made(nodes: int, **changes: object) -> SGP:
    torch.manual_seed(0)
    sizes = {"reservoir": 5, "hops": 3, "group": 4, "hidden": 8, **changes}
    network = build_network(
        "sgp",
        nodes=nodes,
        channels=2,
        horizon=4,
        lookback=6,
        past=1,
        future=2,
        static=1,
        quantiles=3,
        **sizes,
    )
    assert isinstance(network, SGP)
    return network.eval()


@pytest.mark.parametrize("bidirectional", [False, True])
def test_features_are_powers_of_both_directions(make_batch, awkward, reference, bidirectional):
    network = made(8, bidirectional=bidirectional)
    features = network.encode(make_batch(awkward, past=1, future=2, static=1)).features_PGR
    states = features[:, :, :2].flatten(2).double().numpy()  # two layers, hop 0
    incoming, outgoing = reference(awkward)
    expected = [states]
    for matrix in (incoming, outgoing)[: 1 + bidirectional]:
        expected += [np.einsum("ij,bjd->bid", np.linalg.matrix_power(matrix, k), states) for k in (1, 2, 3)]
    expected.append(np.broadcast_to(states.mean(axis=1, keepdims=True), states.shape))
    np.testing.assert_allclose(features.flatten(2).numpy(), np.concatenate(expected, axis=2), atol=1e-5)


def test_whole_windows_are_pairs_and_can_be_taken_in_parts(make_batch, awkward, monkeypatch):
    network, batch = made(8), make_batch(awkward, windows=5, past=1, future=2, static=1)
    whole = network(batch)
    assert whole.shape == (5, 8, 4, 2, 3)
    monkeypatch.setattr(module, "WINDOW_NODES", 16)
    torch.testing.assert_close(network(batch), whole, atol=1e-5, rtol=1e-5)
    pairs = network.encode(batch)
    single = module.EncodedPairs(pairs.features_PGR[1, 3:4], pairs.facts_PF[1, 3:4], pairs.last_PC[1, 3:4])
    torch.testing.assert_close(network.decode(single, torch.tensor([3])), whole[1, 3:4], atol=1e-5, rtol=1e-5)


def test_only_the_decoder_learns(make_batch, awkward):
    network = made(8).train()
    network(make_batch(awkward, past=1, future=2, static=1)).square().mean().backward()
    assert not any(name.startswith("reservoir") for name, _ in network.named_parameters())
    assert all(parameter.grad is not None for parameter in network.parameters())
    assert {"reservoir.weight_0", "reservoir.bias_1"} <= set(network.state_dict())
