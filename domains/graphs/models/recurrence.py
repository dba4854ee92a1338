"""A gated recurrent unit over all nodes' windows, of which the last state is wanted."""

from __future__ import annotations

import torch
from torch import Tensor, nn

CHUNK = 1024
"""Sequences that run through the recurrence together on a processor: their states stay in its cache."""


class Recurrence(nn.GRU):
    """torch's GRU from zero, time-major, that answers the last layer's last state."""

    def forward(self, x_LMD: Tensor) -> Tensor:  # type: ignore[override]
        """[L, M, inputs] to [M, hidden]."""
        if x_LMD.device.type != "cpu":
            return super().forward(x_LMD)[1][-1]
        return torch.cat([super(Recurrence, self).forward(part)[1][-1] for part in x_LMD.split(CHUNK, dim=1)])
