"""Inputs of a recurrence as the sum of what differs by series, by step and by node."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class AdditiveInput:
    """x[l, n, b] = weight series[l, n, b] + bias + calendar[l, b] + node[n], D numbers."""

    series_LNBK: Tensor
    weight: Tensor
    """[D, K]."""
    bias: Tensor
    """[D]."""
    calendar_LBD: Tensor | None = None
    node_ND: Tensor | None = None

    def dense(self) -> Tensor:
        """The sum, [L, N, B, D]."""
        total = F.linear(self.series_LNBK, self.weight, self.bias)
        if self.calendar_LBD is not None:
            total = total + self.calendar_LBD[:, None]
        if self.node_ND is not None:
            total = total + self.node_ND[None, :, None]
        return total
