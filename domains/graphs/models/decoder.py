"""The template's last part: from one vector per node to all leads at once."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .batch import GraphBatch
from .quantile_head import ascending
from .settings import Dimensions


class HorizonDecoder(nn.Module):
    """Linear, ELU, readout to H * C * Q; covariates known ahead join in at each lead.

    Args:
        dimensions: sizes of the data.
        inputs: size of the space-time block's vector per node.
        node_width: size of the vector per node; 0 for none.
        width: size of the hidden layer.
        dropout: of the hidden layer.
    """

    def __init__(
        self, dimensions: Dimensions, inputs: int, node_width: int, width: int, dropout: float
    ) -> None:
        super().__init__()
        self.shape = (dimensions.horizon, dimensions.channels, dimensions.quantiles)
        self.state = nn.Linear(inputs, width)
        self.node = nn.Linear(node_width, width, bias=False) if node_width else None
        self.dropout = nn.Dropout(dropout)
        self.readout = nn.Linear(width, dimensions.outputs)
        self.lead = LeadReadout(dimensions, width) if dimensions.future else None

    def forward(
        self, state_BND: Tensor, batch: GraphBatch, node_ND: Tensor | None, offset: Tensor | None = None
    ) -> Tensor:
        """[B, N, inputs] to [B, N, H, C, Q], ascending in Q; `offset` [B, N, 1, C, 1] is added."""
        hidden = self.state(state_BND)
        if self.node is not None and node_ND is not None:
            hidden = hidden + self.node(node_ND)
        hidden = self.dropout(F.elu(hidden))
        answer = self.readout(hidden).unflatten(-1, self.shape)
        if self.lead is not None and batch.future_BNTU is not None:
            answer = answer + self.lead(hidden, batch.future_BNTU[:, :, batch.lookback :])
        return ascending(answer if offset is None else answer + offset)


class LeadReadout(nn.Module):
    """What the covariates known ahead add at each lead, given the node's state."""

    def __init__(self, dimensions: Dimensions, state: int, width: int = 16) -> None:
        super().__init__()
        self.state = nn.Linear(state, width)
        self.covariates = nn.Linear(dimensions.future, width, bias=False)
        self.readout = nn.Linear(width, dimensions.channels * dimensions.quantiles, bias=False)
        self.shape = (dimensions.channels, dimensions.quantiles)

    def forward(self, state_BND: Tensor, future_BNHU: Tensor) -> Tensor:
        """[B, N, H, C, Q]."""
        hidden = F.elu(self.state(state_BND)[:, :, None] + self.covariates(future_BNHU))
        return torch.unflatten(self.readout(hidden), -1, self.shape)
