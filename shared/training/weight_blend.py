"""Weights between those before a training and those after it."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn


@torch.no_grad()
def blend_weights(module: nn.Module, before: Mapping[str, Tensor], share: float) -> None:
    """Keep `share` of what changed since `before`, a state of `module` (WiSE-FT, Wortsman et al. 2022).

    Counts and other whole numbers stay as they are.
    """
    for name, now in module.state_dict().items():
        if now.is_floating_point():
            now.copy_(torch.lerp(before[name].to(now), now, share))
