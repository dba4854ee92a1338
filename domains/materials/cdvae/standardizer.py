"""Mean and deviation of training data, kept as plain tensors beside the weights."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

FLOOR = 1e-5
"""Added to deviations, so that what never varies (all angles 90) becomes 0 and not 0/0; as in CDVAE."""


class Standardizer(nn.Module):
    """(x - mean) / (deviation + 1e-5), columns apart; the identity until `fit` is called."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(columns))
        self.register_buffer("deviation", torch.ones(columns))

    @torch.no_grad()
    def fit(self, values: np.ndarray) -> None:
        """Take mean and population deviation of [rows, columns]; NaN rows of a column are left out."""
        self.mean.copy_(torch.as_tensor(np.nanmean(values, axis=0)))
        self.deviation.copy_(torch.as_tensor(np.nanstd(values, axis=0) + FLOOR))

    def forward(self, values: Tensor) -> Tensor:
        return (values - self.mean) / self.deviation

    def inverse(self, standard: Tensor) -> Tensor:
        return standard * self.deviation + self.mean
