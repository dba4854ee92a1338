"""Hinge losses and feature matching over all discriminators (sums, as in Wavehax's recipe)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

Judgements = list[tuple[Tensor, list[Tensor]]]
"""Of each discriminator: its map of scores, and its feature maps."""


def deceit(of_made: Judgements) -> Tensor:
    """What the generator lowers: minus the mean score, summed over discriminators."""
    return -torch.stack([score.mean() for score, _ in of_made]).sum()


def feature_distance(of_made: Judgements, of_real: Judgements) -> Tensor:
    """Mean absolute difference of each feature map, summed over all maps."""
    pairs = [
        (made, real)
        for (_, all_made), (_, all_real) in zip(of_made, of_real, strict=True)
        for made, real in zip(all_made, all_real, strict=True)
    ]
    return torch.stack([functional.l1_loss(made, real.detach()) for made, real in pairs]).sum()


def hinge(of_made: Judgements, of_real: Judgements) -> Tensor:
    """What the discriminators lower: mean relu(1 - D(real)) + mean relu(1 + D(made)), summed over all D."""
    real = [functional.relu(1 - score).mean() for score, _ in of_real]
    made = [functional.relu(1 + score).mean() for score, _ in of_made]
    return torch.stack(real + made).sum()
