"""Anisotropic message passing: what travels along an edge depends on both its ends."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..message_passing import MessagePassing
from .batch import Edges


class AnisotropicConvolution(MessagePassing):
    """h'_i = sum over senders j of g_ij m_ij, plus W_s h_i (Cini et al. 2023, TTS-AMP).

    m_ij = W_2 ELU(W_1 [h_i, h_j]) + W_e a_ij with biases, g_ij = sigmoid(w m_ij). The activation after it
    is the caller's. W_1 is applied to nodes, not to the more numerous edges, which gives the same.

    Args:
        inputs: size of a node's vector.
        outputs: size of its new one.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        # Node-major memory: gathering and summing then move whole rows of all windows at once.
        super().__init__(aggr="add", node_dim=0)
        self.receiver = nn.Linear(inputs, outputs)
        self.sender = nn.Linear(inputs, outputs, bias=False)
        self.mixing = nn.Linear(outputs, outputs)
        self.edge = nn.Linear(1, outputs, bias=False)
        self.gate = nn.Linear(outputs, 1)
        self.root = nn.Linear(inputs, outputs)

    def forward(self, x_BND: Tensor, edges: Edges) -> Tensor:
        """[B, N, inputs] to [B, N, outputs]; edges on N nodes, or on B * N, window by window."""
        windows, nodes, _ = x_BND.shape
        if nodes != edges.n_nodes:
            if windows * nodes != edges.n_nodes:
                raise ValueError(f"{windows} windows of {nodes} nodes on a graph of {edges.n_nodes} nodes")
            return self(x_BND.reshape(1, windows * nodes, -1), edges).view(windows, nodes, -1)
        x_NBD = x_BND.transpose(0, 1)
        received = self.propagate(
            edges.index,
            towards=self.receiver(x_NBD),
            away=self.sender(x_NBD),
            weight=edges.weight.to(x_BND.dtype),
            size=(nodes, nodes),
        )
        return (received + self.root(x_NBD)).transpose(0, 1)

    def message(self, towards_i: Tensor, away_j: Tensor, weight: Tensor) -> Tensor:  # type: ignore[override]
        """Gated messages, [E, B, outputs]."""
        message = self.mixing(F.elu(towards_i + away_j)) + self.edge(weight[:, None])[:, None]
        return torch.sigmoid(self.gate(message)) * message

    def aggregate(self, inputs: Tensor, index: Tensor, dim_size: int) -> Tensor:  # type: ignore[override]
        """Sum by receiver; unlike a scatter's, this sum's gradient is a plain row lookup."""
        return inputs.new_zeros(dim_size, *inputs.shape[1:]).index_add(0, index, inputs)
