"""Losses under masks: a NaN behind the mask reaches neither loss nor gradient."""

from typing import Any, cast

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.models.batch import Edges, GraphBatch
from fourfold.domains.graphs.models.network import SpatioTemporalNetwork
from fourfold.domains.graphs.objectives import ForecastObjective, observed_errors, observed_mean
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


class Fixed(torch.nn.Module):
    """Answers what it was given, and adds 0.25 to the loss."""

    def __init__(self, answer_BNHCQ: torch.Tensor) -> None:
        super().__init__()
        self.answer = answer_BNHCQ

    def forward(self, batch: GraphBatch) -> torch.Tensor:
        return self.answer

    def regularisation(self) -> torch.Tensor:
        return torch.tensor(0.25)


@pytest.mark.parametrize("levels", [(), (0.1, 0.5, 0.9)])
def test_a_loss_weighs_nodes_by_their_deviation_and_channels_alike(levels: tuple[float, ...]) -> None:
    """Against sums over single targets: errors in the data's unit, over the deviation of their channel."""
    generator = torch.Generator().manual_seed(1)
    windows, nodes, horizon, channels = 2, 3, 4, 2
    shape = (windows, nodes, horizon, channels)
    answer = torch.randn(*shape, len(levels or (1,)), generator=generator)
    target = torch.randn(shape, generator=generator)
    observed = torch.rand(shape, generator=generator) < 0.7
    scale = torch.tensor([[0.5, 100.0], [2.0, 300.0], [8.0, 50.0]])
    unit = torch.tensor([4.0, 200.0])
    edges = Edges(torch.zeros((2, 0), dtype=torch.int64), torch.zeros(0), nodes)
    network = cast(SpatioTemporalNetwork, Fixed(answer))
    objective = ForecastObjective(network, edges, scale, unit, levels, torch.optim.Adam)
    steps = torch.zeros(windows, 1 + horizon)
    batch: dict[str, Any] = {
        "x": torch.zeros(windows, nodes, 1, channels),
        "observed": torch.ones(windows, nodes, 1, channels, dtype=torch.bool),
        "time_of_day": steps,
        "weekday": steps.long(),
        "target": target,
        "target_observed": observed,
    }
    errors, absolute, middle = 0.0, 0.0, levels.index(0.5) if levels else 0
    for place in zip(*(part.tolist() for part in observed.nonzero(as_tuple=True)), strict=True):
        _, node, _, channel = place
        apart = (target[place] - answer[place]) * scale[node, channel]
        mine = [2 * max(q * e, (q - 1) * e) for q, e in zip(levels, apart.tolist(), strict=False)]
        of_target = float(np.mean(mine)) if levels else abs(apart.item())
        errors += of_target / unit[channel].item()
        absolute += abs(apart[middle].item())
    count = int(observed.sum())
    loss, told = objective.loss(batch)
    assert loss.item() == pytest.approx(errors / count + 0.25, rel=1e-5)
    assert told["error"].item() == pytest.approx(errors / count, rel=1e-5)
    sums = objective.validate(batch)
    assert sums["error"][0].item() == pytest.approx(errors, rel=1e-5) and sums["error"][1] == count
    assert sums["mae"][0].item() == pytest.approx(absolute, rel=1e-5) and sums["mae"][1] == count
