"""Graph convolutional network for nodes (Kipf & Welling 2017)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .feature_rows import FeatureLinear
from .node_batch import NodeBatch, spread


class GCN(nn.Module):
    """softmax(A^ relu(A^ X W0) W1) with A^ = D^-1/2 (A + I) D^-1/2, eq. 9; returns the logits.

    Args:
        features: F. `hidden`: width between the layers. `classes`: C.
        dropout: of the features and of the hidden layer.
    """

    def __init__(self, features: int, hidden: int, classes: int, *, dropout: float = 0.5) -> None:
        super().__init__()
        self.first = FeatureLinear(features, hidden, dropout=dropout)
        self.second = nn.Linear(hidden, classes)
        self.dropout = dropout
        nn.init.xavier_uniform_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, batch: NodeBatch) -> Tensor:
        """Logits [N, C]."""
        hidden = spread(self.first(batch.features), batch.smoothing_index, batch.smoothing_weight)
        hidden = functional.dropout(torch.relu(hidden), self.dropout, self.training)
        return spread(self.second(hidden), batch.smoothing_index, batch.smoothing_weight)
