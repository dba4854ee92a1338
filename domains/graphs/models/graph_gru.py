"""Gated recurrent units whose gates pass messages: space inside time."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .graph_convolution import GraphConvolution


class GraphGRUCell(nn.Module):
    """One step of a GRU (Cho et al. 2014) with layers of message passing for its three maps.

    r, z = sigmoid(gates([x, h])), c = tanh(candidate([x, r * h])), h' = z * h + (1 - z) * c, which with
    diffusion convolution is DCRNN's cell (Li et al. 2018, eq. 3).
    """

    def __init__(self, gates: nn.Module, candidate: nn.Module) -> None:
        super().__init__()
        self.gates, self.candidate = gates, candidate

    def forward(self, x_BND: Tensor, state_BND: Tensor, graph: Any) -> Tensor:
        """The next state, [B, N, hidden]; `graph` is what the layers take (supports, or edges)."""
        gates = torch.sigmoid(self.gates(_joined(x_BND, state_BND), graph))
        reset, update = gates.chunk(2, dim=-1)
        candidate = torch.tanh(self.candidate(_joined(x_BND, reset * state_BND), graph))
        return candidate + update * (state_BND - candidate)


def isotropic_cell(inputs: int, hidden: int, *, supports: int, powers: int = 1) -> GraphGRUCell:
    """A cell of graph or diffusion convolutions; reset and update share their propagation."""
    both = inputs + hidden
    return GraphGRUCell(
        GraphConvolution(both, 2 * hidden, supports=supports, powers=powers),
        GraphConvolution(both, hidden, supports=supports, powers=powers),
    )


def anisotropic_cell(inputs: int, hidden: int) -> GraphGRUCell:
    """A cell of anisotropic layers, one per gate."""
    from .anisotropic_convolution import AnisotropicConvolution  # slow to import, see message_passing.py

    both = inputs + hidden
    gates = _Beside(AnisotropicConvolution(both, hidden), AnisotropicConvolution(both, hidden))
    return GraphGRUCell(gates, AnisotropicConvolution(both, hidden))


class _Beside(nn.ModuleList):
    """Layers that read the same, answers side by side."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__(layers)

    def forward(self, x_BND: Tensor, graph: Any) -> Tensor:
        return _joined(*(layer(x_BND, graph) for layer in self))


def _joined(*parts_BND: Tensor) -> Tensor:
    """Side by side, in node-major memory."""
    return torch.cat([part.transpose(0, 1) for part in parts_BND], dim=-1).transpose(0, 1)
