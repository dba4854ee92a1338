"""A short history made a whole window, and scale-free facts about the window."""

from __future__ import annotations

import torch
from torch import Tensor


def extend_back(x_BL: Tensor, observed_BL: Tensor, period_B: Tensor) -> Tensor:
    """Before the first observation, repeat the first season backwards; everything later stays as it is.

    A history shorter than one season is extended by its first value; rows without any observation are zero.
    """
    lookback = x_BL.shape[1]
    steps = torch.arange(lookback, device=x_BL.device).expand_as(x_BL)
    first = observed_BL.to(torch.uint8).argmax(1, keepdim=True)
    period = period_B[:, None]
    season = torch.where(first + period <= lookback, period, torch.ones_like(period)).clamp_min(1)
    source = torch.where(steps < first, first + torch.remainder(steps - first, season), steps)
    extended = x_BL.gather(1, source)
    return torch.where(observed_BL.any(1, keepdim=True), extended, torch.zeros_like(extended))


def context_facts(x_BL: Tensor, observed_BL: Tensor, period_B: Tensor) -> Tensor:
    """Scale-free facts of normalised windows, [B, 6].

    Logarithm of the period, whether the window holds a season, seasonal and one-step differences in
    units of the spread, how much of the window's spread its last season has, and the share of observed steps.
    """
    lookback = x_BL.shape[1]
    usable = (period_B >= 2) & (2 * period_B <= lookback)
    lag = torch.where(usable, period_B, torch.ones_like(period_B))[:, None]
    steps = torch.arange(lookback, device=x_BL.device).expand_as(x_BL)
    earlier = x_BL.gather(1, (steps - lag).clamp_min(0))
    reach = (steps >= lag).to(x_BL.dtype)
    seasonal = ((x_BL - earlier).abs() * reach).sum(1) / reach.sum(1)
    single = x_BL.diff(dim=1).abs().mean(1)
    recent = (steps >= lookback - 2 * lag.clamp_min(8)).to(x_BL.dtype)
    level = (x_BL * recent).sum(1, keepdim=True) / recent.sum(1, keepdim=True)
    local = ((x_BL - level).abs() * recent).sum(1) / recent.sum(1)
    return torch.stack(
        [
            period_B.to(x_BL.dtype).clamp_min(1).log() / 3,
            usable.to(x_BL.dtype),
            (seasonal + 1e-3).log(),
            (single + 1e-3).log(),
            (local + 1e-3).log(),
            observed_BL.to(x_BL.dtype).mean(1),
        ],
        dim=1,
    )
