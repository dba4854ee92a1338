"""Pinball loss: what quantile forecasts are trained for (Koenker and Bassett 1978)."""

from __future__ import annotations

import torch
from torch import Tensor


def pinball(quantiles_Q: Tensor, target: Tensor, levels: Tensor) -> Tensor:
    """Twice the pinball loss of each target, mean over levels: comparable with the absolute error.

    Args:
        quantiles_Q: [..., Q]; target: [...]; levels: [Q] probabilities.

    Returns:
        [...], the shape of `target`.
    """
    error = target[..., None] - quantiles_Q
    return 2 * torch.maximum(levels * error, (levels - 1) * error).mean(-1)
