"""LA-GCN (Liu et al., ICML 2022): graph convolution on features and on generated neighbours' features."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from .feature_rows import FeatureLinear, FeatureRows
from .node_batch import NodeBatch, spread


class LocalAugmentationGCN(nn.Module):
    """A first graph convolution for each feature matrix, side by side, and a second one to the classes.

    Args:
        features: F. `generated`: k, generated matrices beside the original.
        hidden: width of each first convolution. `dropout`: of the original features and the hidden layer;
            generated features differ from draw to draw and need none.
    """

    def __init__(
        self, features: int, hidden: int, classes: int, *, generated: int = 1, dropout: float = 0.5
    ) -> None:
        super().__init__()
        self.original = FeatureLinear(features, hidden, dropout=dropout)
        self.generated = nn.ModuleList(FeatureLinear(features, hidden) for _ in range(generated))
        self.second = nn.Linear(hidden * (generated + 1), classes)
        self.dropout = dropout

    def forward(self, batch: NodeBatch, generated: Sequence[Tensor]) -> Tensor:
        """Logits [N, C]; `generated` are k matrices [N, F]."""
        parts = [self.original(batch.features)]
        parts += [
            layer(FeatureRows(matrix.shape[1], matrix))
            for layer, matrix in zip(self.generated, generated, strict=True)
        ]
        edges = batch.smoothing_index, batch.smoothing_weight
        hidden = torch.relu(spread(torch.cat(parts, dim=-1), *edges))
        hidden = functional.dropout(hidden, self.dropout, self.training)
        return spread(self.second(hidden), *edges)


def sharpen(probability_NC: Tensor, temperature: float) -> Tensor:
    """p^(1/T) over its sum: nearer to one class for T < 1."""
    power = probability_NC.pow(1 / temperature)
    return power / power.sum(-1, keepdim=True)


def consistency(log_probability_SNC: Tensor, temperature: float) -> Tensor:
    """Mean over samples and nodes of |p_s - sharpen(mean of p)|^2; the sharpened mean is a fixed target."""
    probability = log_probability_SNC.exp()
    target = sharpen(probability.mean(0), temperature).detach()
    return (probability - target).square().sum(-1).mean()
