"""Graph attention layer (Veličković et al. 2018) on features already projected."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class GraphAttention(nn.Module):
    """h'_i = concat over heads of sum_j a_ij W h_j, a_ij = softmax_j leaky_relu(s . W h_j + r . W h_i).

    j runs over the senders of edges into i; a graph with a loop at every node makes i one of them. The
    map W is the caller's, so that a sparse input can be projected its own way.

    Args:
        heads: attention heads. `channels`: width of each; the input and output are heads * channels wide.
    """

    def __init__(self, heads: int, channels: int) -> None:
        super().__init__()
        self.heads, self.channels = heads, channels
        bound = math.sqrt(6 / (channels + 1))
        self.send = nn.Parameter(torch.empty(heads, channels).uniform_(-bound, bound))
        self.receive = nn.Parameter(torch.empty(heads, channels).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(heads * channels))

    def forward(self, projected_ND: Tensor, index: Tensor, dropout: float = 0.0) -> Tensor:
        """[N, heads * channels] to the same; index int64 [2, E]; `dropout` of the coefficients."""
        nodes = len(projected_ND)
        sender, receiver = index
        h_NHC = projected_ND.view(nodes, self.heads, self.channels)
        score = (h_NHC * self.send).sum(-1)[sender] + (h_NHC * self.receive).sum(-1)[receiver]
        share = softmax_by_receiver(functional.leaky_relu(score, 0.2), receiver, nodes)
        share = functional.dropout(share, dropout, self.training)
        taken = torch.zeros_like(h_NHC).index_add(0, receiver, share[..., None] * h_NHC[sender])
        return taken.reshape(nodes, -1) + self.bias


def softmax_by_receiver(score_EH: Tensor, receiver: Tensor, n_nodes: int) -> Tensor:
    """Softmax over the edges that end in the same node, [E, H]."""
    highest = score_EH.new_full((n_nodes, score_EH.shape[1]), -torch.inf)
    places = receiver[:, None].expand_as(score_EH)
    highest = highest.scatter_reduce(0, places, score_EH.detach(), "amax")
    power = (score_EH - highest[receiver]).exp()
    total = torch.zeros_like(highest).index_add(0, receiver, power)
    return power / total[receiver]
