"""Prompts put before each component's patches: a sentence, free vectors, or a keyed pool."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

COMPONENTS = ("trend", "season", "residual")

_PREFIX = (47, 17407, 262, 2003, 640, 2239, 1813, 262)
PROMPT_TOKENS = {
    "trend": (*_PREFIX, 5182),
    "season": (*_PREFIX, 1622),
    "residual": (*_PREFIX, 29598),
}
"""GPT-2 byte-pair ids of "Predict the future time step given the trend/season/residual" (nine tokens)."""


class Prompted(NamedTuple):
    """Prompt tokens [B, K, D] and how badly the chosen keys fit (0 where there are no keys)."""

    tokens: Tensor
    mismatch: Tensor


class TextPrompt(nn.Module):
    """Frozen token embeddings of the sentence, through a trained map ("semi-soft" in the paper)."""

    def __init__(self, component: str, width: int) -> None:
        super().__init__()
        self.register_buffer("ids", torch.tensor(PROMPT_TOKENS[component]), persistent=False)
        self.project = nn.Linear(width, width)

    def forward(self, patches_BPD: Tensor, table: nn.Embedding) -> Prompted:
        tokens = self.project(table(self.ids).detach())
        return Prompted(tokens.expand(patches_BPD.shape[0], -1, -1), patches_BPD.new_zeros(()))


class SoftPrompt(nn.Module):
    """Free trained vectors."""

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.vectors = nn.Parameter(torch.randn(length, width) * 0.02)

    def forward(self, patches_BPD: Tensor) -> Prompted:
        return Prompted(self.vectors.expand(patches_BPD.shape[0], -1, -1), patches_BPD.new_zeros(()))


class PromptPool(nn.Module):
    """A pool of key-value pairs shared by the components; each window takes the best-fitting keys.

    The choice itself has no gradient, so `mismatch` (one minus the mean cosine of the chosen keys to
    the query) belongs in the loss: it is what trains the keys.
    """

    def __init__(self, size: int, top: int, length: int, patches: int, width: int) -> None:
        super().__init__()
        self.top = top
        self.query = nn.Linear(patches, 1)
        self.keys = nn.Parameter(torch.randn(size, width))
        self.values = nn.Parameter(torch.randn(size, length, width) * 0.02)

    def forward(self, patches_BPD: Tensor) -> Prompted:
        query = self.query(patches_BPD.transpose(1, 2))[..., 0]
        similarity = functional.normalize(query, dim=-1) @ functional.normalize(self.keys, dim=-1).T
        chosen, index = similarity.topk(self.top, dim=-1)
        return Prompted(self.values[index].flatten(1, 2), 1 - chosen.mean())
