"""Graph recurrent cells follow the equations of a GRU with their layers as maps."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.models.graph_gru import anisotropic_cell, isotropic_cell


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_without_neighbours_it_is_a_gru():
    """With nothing received, the cell is an ordinary GRU on each node: checked against the equations."""
    torch.manual_seed(0)
    cell = isotropic_cell(3, 4, supports=1).double()
    x, h = torch.randn(2, 5, 3).double(), torch.randn(2, 5, 4).double()
    answer = cell(x, h, [torch.zeros_like]).detach().numpy()
    root, last = cell.gates.root, cell.candidate.root
    both = np.concatenate([x, h], -1) @ root.weight.detach().numpy().T + root.bias.detach().numpy()
    r, z = np.split(sigmoid(both), 2, axis=-1)
    c = np.tanh(
        np.concatenate([x, r * h.numpy()], -1) @ last.weight.detach().numpy().T + last.bias.detach().numpy()
    )
    np.testing.assert_allclose(answer, z * h.numpy() + (1 - z) * c, atol=1e-12)


def test_dcrnn_cell_equals_dense_diffusion(awkward, reference):
    torch.manual_seed(1)
    cell = isotropic_cell(2, 3, supports=2, powers=2).double()
    x, h = torch.randn(2, 8, 2).double(), torch.randn(2, 8, 3).double()

    def convolve(layer, features):
        w = {name: value.detach().numpy() for name, value in layer.named_parameters()}
        total = features @ w["root.weight"].T + w["root.bias"]
        for place, (side, power) in enumerate([(0, 1), (0, 2), (1, 1), (1, 2)]):
            matrix = np.linalg.matrix_power(reference(awkward)[side], power)
            total += np.einsum("ij,bjd->bid", matrix, features) @ w[f"weights.{place}.weight"].T
        return total

    r, z = np.split(sigmoid(convolve(cell.gates, np.concatenate([x, h], -1))), 2, axis=-1)
    c = np.tanh(convolve(cell.candidate, np.concatenate([x, r * h.numpy()], -1)))
    answer = cell(x, h, [awkward.incoming, awkward.outgoing]).detach()
    np.testing.assert_allclose(answer, z * h.numpy() + (1 - z) * c, atol=1e-6)


@pytest.mark.parametrize("kind", ["isotropic", "anisotropic"])
def test_gradients(awkward, kind):
    torch.manual_seed(0)
    cell = isotropic_cell(2, 2, supports=1) if kind == "isotropic" else anisotropic_cell(2, 2)
    cell = cell.double()
    graph = [awkward.incoming] if kind == "isotropic" else awkward
    x = torch.randn(1, 8, 2, dtype=torch.float64, requires_grad=True)
    h = torch.randn(1, 8, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, h: cell(x, h, graph), (x, h))


def test_anisotropic_gates_are_layers_of_their_own(awkward):
    torch.manual_seed(0)
    cell = anisotropic_cell(2, 3)
    x, h = torch.randn(1, 8, 2), torch.randn(1, 8, 3)
    both = torch.cat([x, h], -1)
    r, z = (torch.sigmoid(layer(both, awkward)) for layer in cell.gates)
    c = torch.tanh(cell.candidate(torch.cat([x, r * h], -1), awkward))
    torch.testing.assert_close(cell(x, h, awkward), z * h + (1 - z) * c)
