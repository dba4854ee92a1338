"""The learnt graph is softmax(ReLU(E1 E2^T)), and its gradient reaches both tables."""

import numpy as np
import torch
from fourfold.domains.graphs.models.latent_graph import LatentGraph


def test_matrix_and_propagation_equal_the_formula():
    torch.manual_seed(0)
    latent = LatentGraph(6, 3).double()
    receivers = latent.receivers.vectors_ND.detach().numpy()
    senders = latent.senders.vectors_ND.detach().numpy()
    scores = np.exp(np.maximum(receivers @ senders.T, 0))
    expected = scores / scores.sum(1, keepdims=True)
    nodes = torch.arange(6)
    np.testing.assert_allclose(latent.matrix(nodes).detach(), expected, atol=1e-12)
    x = torch.randn(2, 6, 4, dtype=torch.float64)
    np.testing.assert_allclose(latent(nodes)(x).detach(), np.einsum("ij,bjd->bid", expected, x), atol=1e-12)


def test_some_of_the_nodes_in_any_order():
    latent = LatentGraph(6, 3)
    rows = torch.tensor([4, 1, 2])
    scores = torch.relu(latent.receivers.vectors_ND[rows] @ latent.senders.vectors_ND[rows].T)
    torch.testing.assert_close(latent.matrix(rows), scores.softmax(1))


def test_it_learns():
    latent = LatentGraph(6, 3)
    latent(torch.arange(6))(torch.randn(2, 6, 4)).square().sum().backward()
    for parameter in latent.parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0
