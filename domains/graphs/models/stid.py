"""STID: identities in space and time and an MLP (Shao et al. 2022), no graph."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .batch import GraphBatch
from .encoder import series_features, series_width
from .network import SpatioTemporalNetwork
from .node_embedding import build_embedding
from .quantile_head import QuantileHead
from .settings import Dimensions, StidSettings


class STID(SpatioTemporalNetwork):
    """Context, node, slot of the day and weekday as vectors, residual MLP blocks, linear readout.

    Slot and weekday are those of the context's last step. Covariates known ahead join the context as they
    are, over the whole window; facts per node join it too.
    """

    def __init__(self, dimensions: Dimensions, settings: StidSettings) -> None:
        super().__init__(dimensions)
        self.settings = settings
        steps = dimensions.lookback * series_width(dimensions, settings.mask)
        self.series = nn.Linear(
            steps + dimensions.horizon * dimensions.future + dimensions.static, settings.series
        )
        self.embedding = build_embedding(dimensions.nodes, settings.embedding)
        slots = max(dimensions.steps_per_day, 1)
        self.slot = _table(slots, settings.time_of_day)
        self.weekday = _table(7, settings.weekday)
        node = settings.embedding.size if self.embedding is not None else 0
        width = settings.series + node + settings.time_of_day + settings.weekday
        self.blocks = nn.ModuleList(_ResidualBlock(width, settings.dropout) for _ in range(settings.layers))
        self.head = QuantileHead(width, dimensions)

    def forward(self, batch: GraphBatch) -> Tensor:
        """[B, N, H, C, Q]."""
        filled = batch.filled_context()
        whole = (batch.windows, batch.nodes)
        context = [series_features(batch, filled, self.settings.mask).flatten(2)]
        if batch.future_BNTU is not None:
            context.append(batch.future_BNTU[:, :, batch.lookback :].flatten(2))
        if batch.static_NU is not None:
            context.append(batch.static_NU.expand(*whole, -1))
        parts = [self.series(torch.cat(context, dim=-1))]
        if self.embedding is not None:
            parts.append(self.embedding(batch.node_N).expand(*whole, -1))
        now = batch.lookback - 1
        if self.slot is not None:
            # Stamps are multiples of the step but for rounding; the small push keeps them in their slot.
            slot_B = (batch.time_of_day_BT[:, now] * self.slot.num_embeddings + 1e-3).long()
            parts.append(self.slot(slot_B % self.slot.num_embeddings)[:, None].expand(*whole, -1))
        if self.weekday is not None:
            parts.append(self.weekday(batch.weekday_BT[:, now])[:, None].expand(*whole, -1))
        hidden = torch.cat(parts, dim=-1)
        for block in self.blocks:
            hidden = block(hidden)
        return self.head(hidden, filled[:, :, -1, None, :, None] if self.settings.residual else None)


class _ResidualBlock(nn.Module):
    """x + W_2 dropout(ReLU(W_1 x))."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(self.dropout(F.relu(self.first(x))))


def _table(rows: int, size: int) -> nn.Embedding | None:
    if not size:
        return None
    table = nn.Embedding(rows, size)
    nn.init.xavier_uniform_(table.weight)
    return table
