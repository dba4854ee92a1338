"""The gated layer equals its formula, edge by edge."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.models.anisotropic_convolution import AnisotropicConvolution
from fourfold.domains.graphs.models.batch import Edges


def elu(x):
    return np.where(x > 0, x, np.expm1(x))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def by_formula(layer, x_ND, edges):
    """One window, one edge after the other, W_1 on the concatenation of receiver and sender."""
    w = {name: value.detach().double().numpy() for name, value in layer.named_parameters()}
    first = np.concatenate([w["receiver.weight"], w["sender.weight"]], axis=1)
    answer = x_ND @ w["root.weight"].T + w["root.bias"]
    for (sender, receiver), weight in zip(edges.index.T.tolist(), edges.weight.tolist(), strict=True):
        hidden = elu(first @ np.concatenate([x_ND[receiver], x_ND[sender]]) + w["receiver.bias"])
        message = w["mixing.weight"] @ hidden + w["mixing.bias"] + w["edge.weight"][:, 0] * weight
        answer[receiver] += sigmoid(w["gate.weight"] @ message + w["gate.bias"]) * message
    return answer


@pytest.fixture
def layer():
    torch.manual_seed(0)
    return AnisotropicConvolution(3, 4).double()


def test_equals_its_formula(awkward, layer):
    x = torch.randn(2, 8, 3, dtype=torch.float64)
    expected = np.stack([by_formula(layer, window, awkward) for window in x.numpy()])
    np.testing.assert_allclose(layer(x, awkward).detach(), expected, atol=1e-10)


def test_nodes_without_senders_keep_their_root(awkward, layer):
    x = torch.randn(2, 8, 3, dtype=torch.float64)
    torch.testing.assert_close(layer(x, awkward)[:, [0, 4, 7]], layer.root(x[:, [0, 4, 7]]))


def test_no_edges(layer):
    x = torch.randn(2, 4, 3, dtype=torch.float64)
    edges = Edges(torch.zeros(2, 0, dtype=torch.int64), torch.zeros(0), 4)
    torch.testing.assert_close(layer(x, edges), layer.root(x))


def test_windows_with_graphs_of_their_own(awkward, layer):
    both = Edges(torch.cat([awkward.index, awkward.index + 8], 1), awkward.weight.repeat(2), 16)
    x = torch.randn(2, 8, 3, dtype=torch.float64)
    torch.testing.assert_close(layer(x, both), layer(x, awkward))
    with pytest.raises(ValueError, match="2 windows of 7 nodes on a graph of 8 nodes"):
        layer(x[:, :7], awkward)


def test_gradients(awkward, layer):
    x = torch.randn(2, 8, 3, dtype=torch.float64, requires_grad=True)
    names = [name for name, _ in layer.named_parameters()]

    def function(x, *weights):
        return torch.func.functional_call(layer, dict(zip(names, weights, strict=True)), (x, awkward))

    assert torch.autograd.gradcheck(function, (x, *layer.parameters()))
