"""Reversible instance normalisation (Kim et al., ICLR 2022), over the observed steps only."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Scale:
    """Centre and spread of each window, [B, 1]; spread is 0 for a constant window."""

    centre: Tensor
    spread: Tensor


class RevIN(nn.Module):
    """Centre and scale each window, and undo it on the forecast.

    A constant window has spread 0: it maps to zeros, and every forecast of it back to the constant.
    """

    def __init__(self, eps: float = 1e-5, *, affine: bool = True) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(1), requires_grad=affine)
        self.bias = nn.Parameter(torch.zeros(1), requires_grad=affine)

    def statistics(self, x_BL: Tensor, observed_BL: Tensor) -> Scale:
        """Mean and biased standard deviation over the observed steps; statistics carry no gradient."""
        # In float64: squares of very large or very small values leave the range of float32.
        x, weight = x_BL.double(), observed_BL.double()
        count = weight.sum(1, keepdim=True).clamp_min(1)
        centre = (x * weight).sum(1, keepdim=True) / count
        spread = (((x - centre).square() * weight).sum(1, keepdim=True) / count).sqrt()
        # A spread at rounding level of the values carries no signal: treat the window as constant.
        flat = spread <= self.eps * (centre.abs() + spread)
        spread = torch.where(flat, torch.zeros_like(spread), spread)
        return Scale(centre.to(x_BL.dtype).detach(), spread.to(x_BL.dtype).detach())

    def normalize(self, x_BL: Tensor, scale: Scale) -> Tensor:
        """To zero mean and unit spread, then the learnt affine map."""
        flat = scale.spread == 0
        safe = torch.where(flat, torch.ones_like(scale.spread), scale.spread)
        centred = torch.where(flat, torch.zeros_like(x_BL), x_BL - scale.centre)
        return centred / safe * self.weight + self.bias

    def denormalize(self, x: Tensor, scale: Scale) -> Tensor:
        """Back to the data's scale; x is [B, H] or [B, H, Q]."""
        centre, spread = scale.centre, scale.spread
        if x.ndim == 3:
            centre, spread = centre[..., None], spread[..., None]
        return (x - self.bias) / self.weight * spread + centre
