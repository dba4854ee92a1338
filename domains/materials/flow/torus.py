"""Fractional coordinates as points of a torus: shortest ways, and the pairing of noise with crystals."""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor


def nearest_image(difference: Tensor) -> Tensor:
    """The difference of two fractional coordinates to the nearest image, in [-0.5, 0.5]."""
    return difference - torch.round(difference)


def centred(values_BN3: Tensor, mask_BN: Tensor) -> Tensor:
    """Less the mean over a crystal's atoms; 0 where there is no atom."""
    weight = mask_BN.unsqueeze(-1).to(values_BN3.dtype)
    mean = (values_BN3 * weight).sum(-2, keepdim=True) / weight.sum(-2, keepdim=True)
    return (values_BN3 - mean) * weight


def circular_mean(values_BN3: Tensor, mask_BN: Tensor) -> Tensor:
    """Mean direction on the torus over a crystal's atoms, [B, 1, 3] in [-0.5, 0.5]."""
    angle = 2 * math.pi * values_BN3
    weight = mask_BN.unsqueeze(-1).to(values_BN3.dtype)
    sine, cosine = ((f(angle) * weight).sum(-2, keepdim=True) for f in (torch.sin, torch.cos))
    return torch.atan2(sine, cosine) / (2 * math.pi)


def way_to_crystal(
    noise_BN3: Tensor, frac_BN3: Tensor, numbers_BN: Tensor, mask_BN: Tensor
) -> tuple[Tensor, Tensor]:
    """Velocity [B, N, 3] that carries noise to the crystal in unit time, and the elements [B, N] on the way.

    A crystal shifted as a whole, or with its atoms in another order, is the same crystal: of these the one is
    taken that is near the noise, which keeps the ways short and hardly crossing. There is no mean motion.
    Elements follow from where an atom's noise was, so the decoder must draw them on the way, from places:
    it cannot be told beforehand which point becomes which element.
    """
    shift = circular_mean(frac_BN3 - noise_BN3, mask_BN)
    order = _order(noise_BN3, frac_BN3 - shift, mask_BN)
    target = frac_BN3.gather(1, order.unsqueeze(-1).expand(-1, -1, 3))
    shift = circular_mean(target - noise_BN3, mask_BN)
    return centred(nearest_image(target - noise_BN3 - shift), mask_BN), numbers_BN.gather(1, order)


def _order(noise_BN3: Tensor, frac_BN3: Tensor, mask_BN: Tensor) -> Tensor:
    """Which atom each point of the noise goes to, int64 [B, N], by the least sum of squared ways."""
    cost = nearest_image(frac_BN3.unsqueeze(1) - noise_BN3.unsqueeze(2)).square().sum(-1)
    # Padding goes to padding: anything else costs more than all ways together.
    cost = cost + 10.0 * mask_BN.shape[1] * (mask_BN.unsqueeze(1) != mask_BN.unsqueeze(2))
    rows = [linear_sum_assignment(one)[1] for one in cost.cpu().numpy()]
    return torch.as_tensor(np.stack(rows), device=frac_BN3.device)
