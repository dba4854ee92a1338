"""Sparse propagation equals dense matrices in float64, forward and backward, on awkward graphs."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.models.batch import Edges
from fourfold.domains.graphs.models.propagation import Propagation
from hypothesis import given
from hypothesis import strategies as st


def test_both_directions_equal_the_dense_transitions(awkward, reference):
    x = torch.randn(3, 8, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for propagation, matrix in zip((awkward.incoming, awkward.outgoing), reference(awkward), strict=True):
        np.testing.assert_allclose(propagation(x), np.einsum("ij,bjd->bid", matrix, x), atol=1e-7)


def test_nodes_that_receive_nothing_get_zero(awkward):
    moved = awkward.incoming(torch.ones(1, 8, 1))[0, :, 0]
    assert moved.tolist() == pytest.approx([0, 1, 1, 1, 0, 1, 0, 0])


def test_gradient_is_the_transposed_product(awkward):
    x = torch.randn(2, 8, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    assert torch.autograd.gradcheck(awkward.incoming, x.requires_grad_())
    assert torch.autograd.gradcheck(awkward.outgoing, x)


def test_equal_edges_are_summed():
    edges = Edges(torch.tensor([[0, 0, 2], [1, 1, 1]]), torch.tensor([1.0, 2.0, 1.0]), 3)
    x = torch.tensor([[[4.0], [0.0], [8.0]]])
    assert edges.incoming(x)[0, 1, 0] == pytest.approx(0.75 * 4 + 0.25 * 8)


def test_signed_weights_are_divided_by_their_absolute_sum():
    edges = Edges(torch.tensor([[0, 2], [1, 1]]), torch.tensor([1.0, -1.0]), 3)
    assert edges.incoming(torch.tensor([[[4.0], [0.0], [8.0]]]))[0, 1, 0] == pytest.approx(-2)


def test_no_edges_move_nothing():
    edges = Edges(torch.zeros(2, 0, dtype=torch.int64), torch.zeros(0), 4)
    x = torch.randn(2, 4, 3, requires_grad=True)
    edges.incoming(x).sum().backward()
    assert x.grad is not None and not x.grad.any()
    assert not edges.outgoing(x).any()


def test_windows_with_graphs_of_their_own(awkward):
    shifted = Edges(
        torch.cat([awkward.index, awkward.index.flip(0) + 8], dim=1), awkward.weight.repeat(2), 16
    )
    turned = Edges(awkward.index.flip(0), awkward.weight, 8)
    x = torch.randn(2, 8, 3)
    expected = torch.stack([awkward.incoming(x[:1])[0], turned.incoming(x[1:])[0]])
    torch.testing.assert_close(shifted.incoming(x), expected)


def test_a_graph_of_another_size_is_refused(awkward):
    with pytest.raises(ValueError, match="3 windows of 5 nodes on a graph of 8 nodes"):
        awkward.incoming(torch.zeros(3, 5, 2))


def test_half_precision_runs_in_single(awkward):
    x = torch.randn(2, 8, 3).bfloat16()
    moved = awkward.incoming(x)
    assert moved.dtype == torch.bfloat16
    torch.testing.assert_close(moved, awkward.incoming(x.float()).bfloat16())


def test_precision_follows_the_input_back_and_forth(awkward, reference):
    x = torch.randn(1, 8, 2, dtype=torch.float64)
    awkward.incoming(x.float())
    double = awkward.incoming(x)
    assert double.dtype == torch.float64
    np.testing.assert_allclose(double[0], reference(awkward)[0] @ x[0].numpy(), atol=1e-7)
    assert awkward.incoming(x.float()).dtype == torch.float32


def test_it_is_built_once_per_graph(awkward):
    assert awkward.incoming is awkward.incoming


@given(st.integers(1, 12), st.integers(0, 40), st.integers(0, 2**31))
def test_any_matrix(nodes, edges, seed):
    draw = torch.Generator().manual_seed(seed)
    rows, columns = torch.randint(nodes, (2, edges), generator=draw)
    values = torch.randn(edges, generator=draw, dtype=torch.float64)
    matrix = torch.zeros(nodes, nodes, dtype=torch.float64)
    matrix.index_put_((rows, columns), values, accumulate=True)
    x = torch.randn(2, nodes, 3, generator=draw, dtype=torch.float64)
    moved = Propagation(rows, columns, values, nodes)(x)
    torch.testing.assert_close(moved, torch.einsum("ij,bjd->bid", matrix, x))
