"""Graph and diffusion convolution equal their formulas on dense matrices."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.models.graph_convolution import GraphConvolution


def by_formula(layer, x_BND, matrices):
    """W_0 h + sum over supports and powers of W_sk P_s^k h, with explicit matrix powers."""
    weight = {name: value.detach().numpy() for name, value in layer.named_parameters()}
    total = x_BND @ weight["root.weight"].T + weight["root.bias"]
    place = 0
    for matrix in matrices:
        for power in range(1, layer.powers + 1):
            moved = np.einsum("ij,bjd->bid", np.linalg.matrix_power(matrix, power), x_BND)
            total = total + moved @ weight[f"weights.{place}.weight"].T
            place += 1
    return total


@pytest.mark.parametrize("powers", [1, 2, 3])
@pytest.mark.parametrize("supports", [1, 2])
def test_equals_the_dense_power_series(awkward, reference, powers, supports):
    torch.manual_seed(0)
    layer = GraphConvolution(5, 4, supports=supports, powers=powers).double()
    x = torch.randn(3, 8, 5, dtype=torch.float64)
    answer = layer(x, [awkward.incoming, awkward.outgoing][:supports])
    expected = by_formula(layer, x.numpy(), reference(awkward)[:supports])
    np.testing.assert_allclose(answer.detach(), expected, atol=1e-6)


def test_weights_of_edges_count(awkward):
    torch.manual_seed(0)
    layer = GraphConvolution(2, 2)
    x = torch.randn(1, 8, 2)
    other = replace(awkward, weight=awkward.weight.clone().index_fill_(0, torch.tensor([0]), 5.0))
    assert not torch.allclose(layer(x, [awkward.incoming])[0, 1], layer(x, [other.incoming])[0, 1])


def test_a_node_that_receives_nothing_keeps_its_root(awkward):
    layer = GraphConvolution(2, 3, supports=2, powers=2)
    x = torch.randn(2, 8, 2)
    answer = layer(x, [awkward.incoming, awkward.outgoing])
    torch.testing.assert_close(answer[:, [4, 7]], layer.root(x[:, [4, 7]]))


def test_gradients(awkward):
    torch.manual_seed(0)
    layer = GraphConvolution(3, 2, supports=2, powers=2).double()
    x = torch.randn(2, 8, 3, dtype=torch.float64, requires_grad=True)
    supports = [awkward.incoming, awkward.outgoing]
    names = [name for name, _ in layer.named_parameters()]

    def function(x, *weights):
        return torch.func.functional_call(layer, dict(zip(names, weights, strict=True)), (x, supports))

    assert torch.autograd.gradcheck(function, (x, *layer.parameters()))


def test_memory_order_does_not_matter(awkward):
    layer = GraphConvolution(3, 2)
    x = torch.randn(4, 8, 3)
    node_major = x.transpose(0, 1).contiguous().transpose(0, 1)
    torch.testing.assert_close(layer(x, [awkward.incoming]), layer(node_major, [awkward.incoming]))


def test_the_wrong_number_of_supports_is_refused(awkward):
    with pytest.raises(ValueError, match="1 supports for a layer of 2"):
        GraphConvolution(2, 2, supports=2)(torch.zeros(1, 8, 2), [awkward.incoming])
