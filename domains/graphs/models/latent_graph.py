"""A graph that is learnt: dense, directed, from two vectors per node."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .graph_convolution import Support
from .node_embedding import NodeEmbedding


class LatentGraph(nn.Module):
    """P = softmax over each row of ReLU(E1 E2^T) (Wu et al. 2019, eq. 5): each node's shares of all others.

    Costs N^2 numbers and N^2 work per feature, so it is for networks of up to some thousand nodes.
    """

    def __init__(self, nodes: int, size: int = 10) -> None:
        super().__init__()
        self.receivers = NodeEmbedding(nodes, size)
        self.senders = NodeEmbedding(nodes, size)

    def matrix(self, node_N: Tensor) -> Tensor:
        """P among the nodes at these rows, [N, N]; rows sum to one."""
        return F.softmax(F.relu(self.receivers(node_N) @ self.senders(node_N).T), dim=1)

    def forward(self, node_N: Tensor) -> Support:
        """P as the propagation that a graph convolution takes."""
        return DensePropagation(self.matrix(node_N))


class DensePropagation:
    """(P x)_i = sum_j P[i, j] x_j with a dense P that may carry a gradient."""

    def __init__(self, matrix_NN: Tensor) -> None:
        self.matrix_NN = matrix_NN

    def __call__(self, x_BND: Tensor) -> Tensor:
        """[B, N, D] to [B, N, D], in node-major memory."""
        windows, nodes, width = x_BND.shape
        flat_NF = x_BND.transpose(0, 1).reshape(nodes, windows * width)
        return torch.mm(self.matrix_NN, flat_NF).view(nodes, windows, width).transpose(0, 1)
