"""Losses under masks: a NaN behind the mask reaches neither loss nor gradient."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.objectives import observed_errors, observed_mean
from fourfold.shared.errors import InputWarning

SHAPE = (2, 3, 4, 1)


@pytest.mark.parametrize("levels", [None, (0.1, 0.5, 0.9)])
def test_masked_targets_touch_nothing(levels: tuple[float, ...] | None) -> None:
    generator = torch.Generator().manual_seed(0)
    answer = torch.randn(*SHAPE, len(levels or (1,)), generator=generator, dtype=torch.float64)
    target = torch.randn(SHAPE, generator=generator, dtype=torch.float64)
    observed = torch.rand(SHAPE, generator=generator) < 0.5
    chances = None if levels is None else torch.tensor(levels, dtype=torch.float64)
    found = []
    for hidden in (0.0, float("nan"), float("inf")):
        free = answer.clone().requires_grad_()
        loss = observed_mean(
            observed_errors(free, torch.where(observed, target, hidden), observed, chances), observed
        )
        loss.backward()
        found.append((loss.detach(), free.grad))
        assert torch.isfinite(free.grad).all() and (free.grad[~observed] == 0).all()
    for loss, gradient in found[1:]:
        assert loss == found[0][0] and torch.equal(gradient, found[0][1])
    errors = (target[..., None] - answer).numpy()[observed.numpy()]
    if levels is None:
        dense = np.abs(errors).mean()
    else:
        dense = 2 * np.maximum(np.array(levels) * errors, (np.array(levels) - 1) * errors).mean()
    assert found[0][0].item() == pytest.approx(dense, rel=1e-12)


def test_a_batch_without_targets_teaches_nothing_and_says_so() -> None:
    answer = torch.randn(*SHAPE, 1, requires_grad=True)
    nothing = torch.zeros(SHAPE, dtype=torch.bool)
    with pytest.warns(InputWarning, match="teaches nothing"):
        loss = observed_mean(observed_errors(answer, torch.full(SHAPE, torch.nan), nothing, None), nothing)
    loss.backward()
    assert loss.item() == 0 and (answer.grad == 0).all()


def test_a_mean_leaves_out_what_stands_behind_the_mask() -> None:
    errors = torch.tensor([1.0, torch.nan, 3.0, torch.inf])
    observed = torch.tensor([True, False, True, False])
    assert observed_mean(errors, observed).item() == 2.0
