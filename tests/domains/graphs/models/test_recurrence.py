"""The recurrence in pieces and by hand equals torch's GRU, with its gradients."""

import pytest
import torch
from fourfold.domains.graphs.models import gated_recurrence
from fourfold.domains.graphs.models.additive_input import AdditiveInput
from fourfold.domains.graphs.models.gated_recurrence import run_gates
from fourfold.domains.graphs.models.recurrence import CHUNK, Recurrence
from torch import nn


def inputs(steps: int = 4, nodes: int = 5, windows: int = 3, *, parts: bool = True) -> AdditiveInput:
    torch.manual_seed(0)

    def leaf(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, dtype=torch.float64, requires_grad=True)

    others = (leaf(steps, windows, 6), leaf(nodes, 6)) if parts else (None, None)
    return AdditiveInput(leaf(steps, nodes, windows, 2), leaf(6, 2), leaf(6), *others)


def gradients(recurrence: nn.Module, x: AdditiveInput, state: torch.Tensor) -> list[torch.Tensor]:
    torch.manual_seed(1)
    leaves = [value for value in vars(x).values() if value is not None]
    return list(
        torch.autograd.grad((state * torch.randn_like(state)).sum(), [*recurrence.parameters(), *leaves])
    )


def test_in_chunks_it_equals_the_whole():
    torch.manual_seed(0)
    recurrence = Recurrence(2, 3, 2).double()
    x = torch.randn(4, CHUNK + 7, 2, dtype=torch.float64)
    torch.testing.assert_close(recurrence(x), nn.GRU.forward(recurrence, x)[1][-1])


@pytest.mark.parametrize("rows", [1, 6, 1024])
@pytest.mark.parametrize("parts", [True, False])
@pytest.mark.parametrize("layers", [1, 2])
def test_sums_of_parts_equal_torchs_gru(monkeypatch, rows, parts, layers):
    monkeypatch.setattr(gated_recurrence, "ROWS", rows)
    x = inputs(parts=parts)
    recurrence = Recurrence(6, 4, layers).double()
    state, expected = recurrence.of_sum(x), nn.GRU.forward(recurrence, x.dense().flatten(1, 2))[1][-1]
    torch.testing.assert_close(state, expected)
    pairs = zip(gradients(recurrence, x, state), gradients(recurrence, x, expected), strict=True)
    for mine, theirs in pairs:
        torch.testing.assert_close(mine, theirs)


def test_gradients_numerically():
    torch.manual_seed(0)
    shapes = ((3, 2, 2, 2), (9, 2), (3, 2, 9), (2, 9), (9, 3), (3,))
    tensors = [torch.randn(*shape, dtype=torch.float64, requires_grad=True) for shape in shapes]
    assert torch.autograd.gradcheck(run_gates, tensors)


def test_one_step_of_context():
    x = inputs(steps=1)
    recurrence = Recurrence(6, 4).double()
    state = recurrence.of_sum(x)
    torch.testing.assert_close(state, nn.GRU.forward(recurrence, x.dense().flatten(1, 2))[1][-1])
    gradients(recurrence, x, state)


def test_two_passes_before_a_gradient_do_not_share_memory():
    first, second = inputs(), inputs(nodes=4)
    recurrence = Recurrence(6, 4).double()
    gradients(recurrence, first, recurrence.of_sum(first))
    states = [recurrence.of_sum(first), recurrence.of_sum(second), recurrence.of_sum(first)]
    alone = [gradients(recurrence, x, recurrence.of_sum(x)) for x in (first, second, first)]
    for x, state, expected in zip((first, second, first), states, alone, strict=True):
        for mine, theirs in zip(gradients(recurrence, x, state), expected, strict=True):
            torch.testing.assert_close(mine, theirs)


def test_without_gradients_it_keeps_no_steps_and_answers_the_same():
    x, recurrence = inputs(), Recurrence(6, 4).double()
    with torch.no_grad():
        quiet = recurrence.of_sum(x)
    torch.testing.assert_close(quiet, recurrence.of_sum(x))
