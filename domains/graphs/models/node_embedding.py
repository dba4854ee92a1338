"""Vectors learnt per node: plain, variational or clustered (Cini et al. 2023, "Taming Local Effects")."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .settings import EmbeddingSettings


class NodeEmbedding(nn.Module):
    """One vector per node, uniform in ±1/sqrt(d) at first."""

    def __init__(self, nodes: int, size: int) -> None:
        super().__init__()
        self.size = size
        self.vectors_ND = nn.Parameter(_uniform(nodes, size, 1 / math.sqrt(size)))

    @property
    def nodes(self) -> int:
        """Rows of the table."""
        return self.vectors_ND.shape[0]

    def forward(self, node_N: Tensor) -> Tensor:
        """Vectors of the nodes at these rows, [N, d]."""
        return self.vectors_ND[node_N]

    def regularisation(self) -> Tensor:
        """What this embedding adds to the loss, weighted."""
        return self.vectors_ND.new_zeros(())

    def local_parameters(self) -> tuple[str, ...]:
        """Names of the parameters with one row a node."""
        return ("vectors_ND",)

    @torch.no_grad()
    def resize(self, nodes: int, *, cold: bool = False, generator: torch.Generator | None = None) -> None:
        """Forget the nodes and make room for others; `cold`: each starts at the mean of the old ones."""
        mean = self.vectors_ND.mean(0)
        fresh = _uniform(nodes, self.size, 1 / math.sqrt(self.size), generator).to(self.vectors_ND)
        self.vectors_ND = nn.Parameter(mean.expand(nodes, -1).clone() if cold else fresh)


def _uniform(nodes: int, size: int, bound: float, generator: torch.Generator | None = None) -> Tensor:
    return (2 * torch.rand(nodes, size, generator=generator) - 1) * bound


def build_embedding(nodes: int, settings: EmbeddingSettings) -> NodeEmbedding | None:
    """The embedding that the settings describe, None for `none`."""
    if settings.kind == "none":
        return None
    return NodeEmbedding(nodes, settings.size)
