"""The reservoir is the recursion it claims to be, and has nothing to train."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.models import reservoir as module
from fourfold.domains.graphs.models.reservoir import Reservoir


def made(**changes: float) -> Reservoir:
    torch.manual_seed(0)
    sizes = {"leak": 0.9, "leak_decay": 0.3, "radius": 0.8, "density": 0.5, **changes}
    return Reservoir(3, 10, 4, **sizes)


def test_states_equal_the_recursion_in_double(monkeypatch):
    monkeypatch.setattr(module, "ROWS", 2)
    network, x = made(), torch.randn(5, 9, 3, generator=torch.Generator().manual_seed(1))
    assert network.leaks == pytest.approx((0.9, 0.6, 0.3, 0.1))
    weights = [network.get_buffer(f"weight_{layer}").double().numpy() for layer in range(4)]
    biases = [network.get_buffer(f"bias_{layer}").double().numpy() for layer in range(4)]
    states = [np.zeros((5, 10)) for _ in range(4)]
    for step in x.double().numpy().transpose(1, 0, 2):
        below = step
        for layer, leak in enumerate(network.leaks):
            size = below.shape[1]
            into, recurrent = weights[layer][:size], weights[layer][size:]
            fresh = np.tanh(below @ into + states[layer] @ recurrent + biases[layer])
            below = states[layer] = (1 - leak) * states[layer] + leak * fresh
    np.testing.assert_allclose(network(x).numpy(), np.concatenate(states, axis=1), atol=1e-5)


def test_recurrent_weights_have_their_radius_and_density():
    network = made(radius=0.7, density=0.4)
    kept = []
    for layer in range(4):
        recurrent = network.get_buffer(f"weight_{layer}")[-10:]
        assert np.abs(np.linalg.eigvals(recurrent.double().numpy())).max() == pytest.approx(0.7, abs=1e-5)
        kept.append(float((recurrent != 0).float().mean()))
    assert np.mean(kept) == pytest.approx(0.4, abs=0.1)


def test_the_past_fades_and_nothing_is_trained():
    network, late = made(), torch.randn(1, 300, 3, generator=torch.Generator().manual_seed(2))
    early = torch.randn(1, 1, 3, generator=torch.Generator().manual_seed(3))
    longer = torch.cat([10 * early, late], dim=1)
    torch.testing.assert_close(network(late), network(longer), atol=1e-5, rtol=0)
    assert list(network.parameters()) == [] and not network(late).requires_grad


def test_no_sequence_is_no_state():
    assert made()(torch.zeros(0, 4, 3)).shape == (0, 40)
