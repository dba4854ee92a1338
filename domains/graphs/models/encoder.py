"""The template's first part: everything known of a node at a step, as one vector."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .batch import GraphBatch
from .settings import Dimensions

CALENDAR = 9
"""Numbers that tell time of day and weekday."""


class ContextEncoder(nn.Module):
    """Linear(values, mask, covariates, calendar, node) per node and step.

    One linear layer of the concatenation, computed as a sum of its parts: calendar and node vectors are
    mapped once instead of once for each (window, node, step).

    Args:
        dimensions: sizes of the data.
        width: D, size of the vector per node and step.
        node_width: size of the vector per node; 0 for none.
        calendar: read time of day and weekday.
        mask: read what was observed.
    """

    def __init__(
        self, dimensions: Dimensions, width: int, node_width: int, *, calendar: bool, mask: bool
    ) -> None:
        super().__init__()
        self.mask = mask
        channels = dimensions.channels * (2 if mask else 1)
        self.series = nn.Linear(channels + dimensions.past + dimensions.future, width)
        self.calendar = nn.Linear(CALENDAR, width, bias=False) if calendar else None
        self.node = nn.Linear(node_width, width, bias=False) if node_width else None

    def forward(self, batch: GraphBatch, filled_BNLC: Tensor, node_ND: Tensor | None) -> Tensor:
        """Vectors of all steps in node-major memory, [L, N, B, D]."""
        parts = [filled_BNLC]
        if self.mask:
            parts.append(batch.observed_BNLC.to(filled_BNLC.dtype))
        if batch.past_BNLU is not None:
            parts.append(batch.past_BNLU)
        if batch.future_BNTU is not None:
            parts.append(batch.future_BNTU[:, :, : batch.lookback])
        encoded = self.series(torch.cat(parts, dim=-1).permute(2, 1, 0, 3))
        if self.calendar is not None:
            features_BLF = calendar_features(batch, slice(0, batch.lookback), filled_BNLC.dtype)
            encoded = encoded + self.calendar(features_BLF.transpose(0, 1))[:, None]
        if self.node is not None and node_ND is not None:
            encoded = encoded + self.node(node_ND)[None, :, None]
        return encoded


def calendar_features(batch: GraphBatch, steps: slice, dtype: torch.dtype) -> Tensor:
    """Sine and cosine of the time of day and the weekday one-hot, [B, steps, 9]."""
    angle = 2 * math.pi * batch.time_of_day_BT[:, steps, None]
    weekday = F.one_hot(batch.weekday_BT[:, steps], 7)
    return torch.cat([angle.sin(), angle.cos(), weekday], dim=-1).to(dtype)
