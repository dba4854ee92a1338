"""From tokens to a forecast: the paper's flat head, and spreads for quantiles that cannot cross."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor, nn


class LinearHead(nn.Module):
    """[B, P, D] -> [B, H]: flatten and project (paper)."""

    def __init__(self, patches: int, width: int, horizon: int, *, zero: bool = False) -> None:
        super().__init__()
        self.project = nn.Linear(patches * width, horizon)
        if zero:
            nn.init.zeros_(self.project.weight)
            nn.init.zeros_(self.project.bias)

    def forward(self, tokens_BPD: Tensor) -> Tensor:
        return self.project(tokens_BPD.flatten(1))


class QuantileSpread(nn.Module):
    """Positive steps outward from the median, so that quantiles never cross.

    Steps are softplus of a linear map of the components' mean tokens [B, 3 D].
    """

    def __init__(self, width: int, horizon: int, levels: tuple[float, ...]) -> None:
        super().__init__()
        self.below = levels.index(0.5)
        self.above = len(levels) - self.below - 1
        self.horizon = horizon
        self.project = nn.Linear(3 * width, horizon * (self.below + self.above))
        nn.init.normal_(self.project.weight, std=0.01)
        # softplus(-1.4) is 0.22: the step between deciles of a unit normal near its middle.
        nn.init.constant_(self.project.bias, -1.4)

    def forward(self, features_BF: Tensor, median_BH: Tensor) -> Tensor:
        """Quantiles [B, H, Q] around the median."""
        steps = functional.softplus(self.project(features_BF)).view(-1, self.horizon, self.below + self.above)
        lower = -steps[..., : self.below].flip(-1).cumsum(-1).flip(-1)
        upper = steps[..., self.below :].cumsum(-1)
        middle = torch.zeros_like(steps[..., :1])
        return median_BH[..., None] + torch.cat([lower, middle, upper], dim=-1)
