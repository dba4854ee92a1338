"""The readout of every network: one number per lead and channel, or ascending quantiles."""

from __future__ import annotations

from torch import Tensor, nn

from .settings import Dimensions


class QuantileHead(nn.Linear):
    """Linear map to [..., H, C, Q], quantiles sorted.

    Sorting never raises the pinball loss (rearrangement, Chernozhukov et al. 2010) and leaves quantiles that
    do not cross as they are. Sums of positive steps would tie the width of a fan to where it starts, and to
    the unit of the data.
    """

    def __init__(self, inputs: int, dimensions: Dimensions) -> None:
        super().__init__(inputs, dimensions.outputs)
        self.shape = (dimensions.horizon, dimensions.channels, dimensions.quantiles)

    def forward(self, input: Tensor, offset: Tensor | None = None) -> Tensor:
        """[..., inputs] to [..., H, C, Q]; `offset` is added before sorting."""
        answer = super().forward(input).unflatten(-1, self.shape)
        return ascending(answer if offset is None else answer + offset)


def ascending(answer: Tensor) -> Tensor:
    """Sort the last axis, if it holds more than one."""
    return answer.sort(-1).values if answer.shape[-1] > 1 else answer
