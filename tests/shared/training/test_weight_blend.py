"""A share of what a training changed is kept, in every weight and in nothing else."""

from copy import deepcopy

import pytest
import torch
from fourfold.shared.training.weight_blend import blend_weights
from torch import nn


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_weights_lie_between(share):
    module = nn.BatchNorm1d(2, dtype=torch.float64)
    before = deepcopy(module.state_dict())
    module(torch.randn(8, 2, dtype=torch.float64))
    with torch.no_grad():
        module.weight.copy_(torch.tensor([3.0, -1.0]))
    after = deepcopy(module.state_dict())
    blend_weights(module, before, share)
    for name in ("weight", "running_mean", "running_var"):
        wanted = before[name] + share * (after[name] - before[name])
        torch.testing.assert_close(module.state_dict()[name], wanted)
    torch.testing.assert_close(
        module.weight, torch.tensor([1 + 2 * share, 1 - 2 * share], dtype=torch.float64)
    )
    assert module.num_batches_tracked == 1
