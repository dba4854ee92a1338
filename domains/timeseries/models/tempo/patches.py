"""Patches of each component and their embedding."""

from __future__ import annotations

import torch.nn.functional as functional
from torch import Tensor, nn


class PatchEmbedding(nn.Module):
    """[B, L] -> [B, P, D]: extend by one stride (edge value), cut patches, one linear map."""

    def __init__(self, patch: int, stride: int, width: int) -> None:
        super().__init__()
        self.patch, self.stride = patch, stride
        self.project = nn.Linear(patch, width)

    def forward(self, x_BL: Tensor) -> Tensor:
        padded = functional.pad(x_BL[:, None], (0, self.stride), mode="replicate")[:, 0]
        return self.project(padded.unfold(1, self.patch, self.stride))
