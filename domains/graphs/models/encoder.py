"""The template's first part: everything known of a node at a step, as one vector."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .additive_input import AdditiveInput
from .batch import GraphBatch
from .settings import Dimensions

CALENDAR = 9
"""Numbers that tell time of day and weekday."""


class ContextEncoder(nn.Module):
    """Linear(values, mask, covariates, calendar, node) per node and step.

    One linear layer of the concatenation, kept as a sum of its parts: calendar and node vectors are mapped
    once instead of once for each (window, node, step).

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
        self.series = nn.Linear(series_width(dimensions, mask), width)
        self.calendar = nn.Linear(CALENDAR, width, bias=False) if calendar else None
        self.node = nn.Linear(node_width, width, bias=False) if node_width else None

    def forward(self, batch: GraphBatch, filled_BNLC: Tensor, node_ND: Tensor | None) -> AdditiveInput:
        """The parts whose sum are the vectors of all steps."""
        calendar_LBD = None
        if self.calendar is not None:
            features_BLF = calendar_features(batch, slice(0, batch.lookback), filled_BNLC.dtype)
            calendar_LBD = self.calendar(features_BLF.transpose(0, 1))
        return AdditiveInput(
            series_features(batch, filled_BNLC, self.mask).permute(2, 1, 0, 3),
            self.series.weight,
            self.series.bias,
            calendar_LBD,
            None if self.node is None or node_ND is None else self.node(node_ND),
        )


def series_width(dimensions: Dimensions, mask: bool) -> int:
    """F of `series_features`."""
    return dimensions.channels * (1 + mask) + dimensions.past + dimensions.future


def series_features(batch: GraphBatch, filled_BNLC: Tensor, mask: bool) -> Tensor:
    """What differs by window, node and step of the context: values, mask, covariates, [B, N, L, F]."""
    parts = [filled_BNLC]
    if mask:
        parts.append(batch.observed_BNLC.to(filled_BNLC.dtype))
    if batch.past_BNLU is not None:
        parts.append(batch.past_BNLU)
    if batch.future_BNTU is not None:
        parts.append(batch.future_BNTU[:, :, : batch.lookback])
    return torch.cat(parts, dim=-1)


def node_features(vectors_ND: Tensor | None, batch: GraphBatch) -> Tensor | None:
    """Learnt vectors and known facts of the nodes side by side, None when there are neither."""
    parts = [part for part in (vectors_ND, batch.static_NU) if part is not None]
    return torch.cat(parts, dim=-1) if parts else None


def calendar_features(batch: GraphBatch, steps: slice, dtype: torch.dtype) -> Tensor:
    """Sine and cosine of the time of day and the weekday one-hot, [B, steps, 9]."""
    angle = 2 * math.pi * batch.time_of_day_BT[:, steps, None]
    weekday = F.one_hot(batch.weekday_BT[:, steps], 7)
    return torch.cat([angle.sin(), angle.cos(), weekday], dim=-1).to(dtype)


class PlainInputs(nn.Module):
    """The inputs of DCRNN and Graph WaveNet: values and time of day as they are, and what else there is."""

    def __init__(self, dimensions: Dimensions, node_width: int, *, calendar: str, mask: bool) -> None:
        super().__init__()
        self.mask, self.calendar = mask, calendar
        self.width = (
            series_width(dimensions, mask)
            + {"none": 0, "time of day": 1, "full": CALENDAR}[calendar]
            + node_width
        )

    def forward(self, batch: GraphBatch, filled_BNLC: Tensor, node_ND: Tensor | None) -> Tensor:
        """Inputs of all steps, [B, N, L, width]."""
        series = series_features(batch, filled_BNLC, self.mask)
        parts, steps = [series], slice(0, batch.lookback)
        if self.calendar == "time of day":
            parts.append(batch.time_of_day_BT[:, None, steps, None].to(series.dtype))
        elif self.calendar == "full":
            parts.append(calendar_features(batch, steps, series.dtype)[:, None])
        if node_ND is not None:
            parts.append(node_ND[None, :, None])
        whole = series.shape[:3]
        return torch.cat([part.expand(*whole, -1) for part in parts], dim=-1)
