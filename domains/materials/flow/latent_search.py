"""Latents whose property is low, high, or near a value: gradient descent that stays among real crystals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

if TYPE_CHECKING:
    from ..crystal_model import CrystalModel

Target = Literal["min", "max"] | float
NEAR = 0.02
"""Weight of the squared distance from the training crystals' latents, per dimension and deviation."""


def search_latents(
    model: CrystalModel,
    start_BL: Tensor,
    target: Target,
    *,
    steps: int,
    learning_rate: float = 0.02,
    stops: int = 1,
) -> list[Tensor]:
    """Latents at `stops` evenly spaced moments of the descent, the last at its end; [B, latent] each.

    Adam on the property head, as in CDVAE, and a pull towards the training crystals (which CDVAE lacks: far
    from them the head's word means little). `target`: "min", "max", or a value in the property's unit.
    """
    prior, scale = model.prior, model.property
    assert scale is not None
    latent = start_BL.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([latent], lr=learning_rate)
    kept = []
    moments = {round(steps * (k + 1) / stops) for k in range(stops)}
    for step in range(1, steps + 1):
        value = model.told(latent)
        if isinstance(target, str):
            miss = value if target == "min" else -value
        else:
            miss = (value - (target - scale.mean) / scale.scale).square()
        far = prior.standardised(latent).square().sum(-1)
        (gradient,) = torch.autograd.grad((miss + NEAR * far).sum(), [latent])
        latent.grad = gradient
        optimizer.step()
        if step in moments:
            kept.append(latent.detach().clone())
    return kept
