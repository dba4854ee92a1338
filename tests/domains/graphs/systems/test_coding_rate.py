"""The coding rate against its formula and its closed-form values."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.systems.coding_rate import coding_rate, rate_reduction_loss
from hypothesis import given
from hypothesis import strategies as st


def codes(count: int, width: int, seed: int = 0) -> torch.Tensor:
    rows = torch.from_numpy(np.random.default_rng(seed).normal(size=(count, width)))
    return torch.nn.functional.normalize(rows, dim=-1)


@pytest.mark.parametrize("shape", [(30, 5), (4, 9), (6, 6)], ids=["many", "few", "square"])
@pytest.mark.parametrize("epsilon", [0.05, 0.5])
def test_it_is_the_log_determinant_of_the_formula(shape: tuple[int, int], epsilon: float) -> None:
    z = codes(*shape)
    count, width = shape
    columns = z.numpy().T  # the paper's Z is d x m
    inside = np.eye(width) + width / (count * epsilon**2) * columns @ columns.T
    assert float(coding_rate(z, epsilon)) == pytest.approx(0.5 * np.linalg.slogdet(inside)[1], rel=1e-10)


def test_equal_codes_have_one_direction_and_orthogonal_ones_all() -> None:
    one = torch.zeros(7, 4).double()
    one[:, 0] = 1
    assert float(coding_rate(one, 0.1)) == pytest.approx(0.5 * np.log1p(4 / 0.01))
    spread = torch.eye(4).double().repeat(3, 1)
    assert float(coding_rate(spread, 0.1)) == pytest.approx(4 * 0.5 * np.log1p(1 / 0.01))
    assert float(coding_rate(one[:0], 0.1)) == 0


@given(st.integers(0, 1000))
def test_turning_all_codes_changes_nothing(seed: int) -> None:
    z = codes(12, 5, seed)
    turn = torch.linalg.qr(codes(5, 5, seed + 1))[0]
    torch.testing.assert_close(coding_rate(z @ turn, 0.2), coding_rate(z, 0.2))


def test_the_loss_is_least_for_orthogonal_classes() -> None:
    label = torch.arange(12) % 3
    apart = torch.eye(6).double()[label]
    loss = {
        "apart": rate_reduction_loss(apart, label, 3, epsilon=0.1),
        "any": rate_reduction_loss(codes(12, 6), label, 3, epsilon=0.1),
        "one spot": rate_reduction_loss(torch.eye(6).double()[label * 0], label, 3, epsilon=0.1),
    }
    assert loss["apart"] < loss["any"] and loss["apart"] < loss["one spot"]
    assert float(loss["one spot"]) == pytest.approx(0, abs=1e-12)


def test_weights_of_the_two_parts_and_a_class_without_nodes() -> None:
    z, label = codes(10, 4), torch.arange(10) % 2
    whole = coding_rate(z, 0.3)
    parts = sum(0.5 * coding_rate(z[label == place], 0.3) for place in range(2))
    found = rate_reduction_loss(z, label, 3, epsilon=0.3, gamma1=0.5, gamma2=2)
    torch.testing.assert_close(found, 0.5 * parts - 2 * whole)


def test_the_gradient_is_right() -> None:
    label = torch.tensor([0, 1, 0, 1, 1])

    def loss(z: torch.Tensor) -> torch.Tensor:
        return rate_reduction_loss(z, label, 2, epsilon=0.4, gamma2=2)

    assert torch.autograd.gradcheck(loss, codes(5, 3).requires_grad_())
