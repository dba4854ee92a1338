"""Isotropic message passing: fixed weights along edges, powers of a transition included."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

Support = Callable[[Tensor], Tensor]
"""A linear propagation [B, N, D] to [B, N, D]: `Propagation`, or a dense matrix wrapped as one."""


class GraphConvolution(nn.Module):
    """h'_i = W_0 h_i + sum over supports s and powers k of W_sk (P_s^k h)_i + b.

    With the one support D_I^-1 A^T and one power this is the graph convolution of the time-then-space model
    (row-normalised by the receiver's in-weight, root weight, no self loops needed). With D_O^-1 A as well it
    is diffusion convolution (Li et al. 2018, eq. 2) to the given power: a power series, not Chebyshev's
    recurrence; a node without edges in a direction gets nothing from it.

    Args:
        inputs: size of a node's vector.
        outputs: size of its new one.
        supports: how many propagations `forward` is given.
        powers: K, steps of diffusion along each.
    """

    def __init__(self, inputs: int, outputs: int, *, supports: int = 1, powers: int = 1) -> None:
        super().__init__()
        self.supports, self.powers = supports, powers
        self.root = nn.Linear(inputs, outputs)
        hops = supports * powers
        self.weights = nn.ModuleList(nn.Linear(inputs, outputs, bias=False) for _ in range(hops))

    def forward(self, x_BND: Tensor, supports: Sequence[Support]) -> Tensor:
        """[B, N, inputs] to [B, N, outputs], in node-major memory."""
        if len(supports) != self.supports:
            raise ValueError(f"{len(supports)} supports for a layer of {self.supports}")
        windows, nodes, _ = x_BND.shape
        total = self.root(_node_major(x_BND))
        weights = iter(self.weights)
        for support in supports:
            moved_BND = x_BND
            for _ in range(self.powers):
                moved_BND = support(moved_BND)
                weight = next(weights).weight
                assert isinstance(weight, Tensor)
                total = torch.addmm(total, _node_major(moved_BND), weight.T)
        return total.view(nodes, windows, -1).transpose(0, 1)


def _node_major(x_BND: Tensor) -> Tensor:
    """[B, N, D] as [N * B, D], a view where memory is node-major already."""
    return x_BND.transpose(0, 1).reshape(-1, x_BND.shape[-1])
