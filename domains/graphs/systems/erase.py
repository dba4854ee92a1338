"""ERASE (Chen et al. 2023): node codes that keep their classes apart although labels are wrong.

Written from the paper's equations: labels are smoothed over the graph before training; codes are trained by
the reduction of coding rate; in every step the classes' mean codes correct the labels further.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .feature_rows import FeatureLinear
from .graph_attention import GraphAttention
from .node_batch import NodeBatch, spread


class AttentionEncoder(nn.Module):
    """Graph attention layers with a last linear map to codes of length 1.

    Args:
        features: F. `width`: of each hidden layer, a multiple of `heads`. `codes`: d, size of a code.
    """

    def __init__(
        self,
        features: int,
        codes: int,
        *,
        width: int = 64,
        heads: int = 4,
        layers: int = 2,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} is no multiple of {heads} heads")
        self.project = FeatureLinear(features, width, bias=False, dropout=dropout)
        self.attention = nn.ModuleList(GraphAttention(heads, width // heads) for _ in range(layers))
        self.between = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(layers - 1))
        self.output = nn.Linear(width, codes)
        self.dropout = dropout

    def forward(self, batch: NodeBatch) -> Tensor:
        """Codes [N, d] on the unit sphere."""
        h_ND = self.project(batch.features)
        for place, layer in enumerate(self.attention):
            if place:
                h_ND = self.between[place - 1](functional.dropout(h_ND, self.dropout, self.training))
            h_ND = functional.elu(layer(h_ND, batch.smoothing_index, self.dropout))
        return functional.normalize(self.output(h_ND), dim=-1)


def propagate_labels(y_NC: Tensor, batch: NodeBatch, *, alpha: float, steps: int) -> Tensor:
    """`steps` times Y <- (1 - alpha) A^ Y + alpha Y with A^ = D^-1/2 (A + I) D^-1/2: structural denoising."""
    for _ in range(steps):
        y_NC = (1 - alpha) * spread(y_NC, batch.smoothing_index, batch.smoothing_weight) + alpha * y_NC
    return y_NC


class LabelCorrection:
    """Soft labels of all nodes out of the given ones, some wrong, and the nodes' codes.

    Once, at the start, the given labels are smoothed over the graph: Y_s (structural denoising). Then, for
    any codes Z: the prototype of a class is the mean code of the training nodes, weighted by Y_s; Y_p is the
    softmax of cosines to the prototypes; and (1 - beta) Y_s + beta Y_p is smoothed over the graph again.

    Args:
        batch: graph with given labels; `batch.nodes` are the training nodes, no other label is read.
        alpha: what a node keeps of its label in a step of smoothing. `steps`: T of them.
        beta: share of the prototypes' labels.
        temperature: of their softmax.
    """

    def __init__(
        self, batch: NodeBatch, classes: int, *, alpha: float, beta: float, steps: int, temperature: float
    ) -> None:
        self.alpha, self.beta, self.steps, self.temperature = alpha, beta, steps, temperature
        self.nodes = batch.nodes
        given = batch.edge_weight.new_zeros(batch.n_nodes, classes)
        given[batch.nodes, batch.label[batch.nodes]] = 1
        self.structural = self._smooth(given, batch)

    def corrected(self, z_ND: Tensor, batch: NodeBatch) -> Tensor:
        """Labels [N, C] for codes of length 1; rows sum to 1."""
        semantic = (self.cosines(z_ND) / self.temperature).softmax(-1)
        structural = self.structural.to(z_ND)
        return self._smooth((1 - self.beta) * structural + self.beta * semantic, batch)

    def cosines(self, z_ND: Tensor) -> Tensor:
        """Cosine of each code to each class's prototype, [N, C]; 0 for a class without labels."""
        nodes = self.nodes.to(z_ND.device)
        means_CD = self.structural.to(z_ND)[nodes].T @ z_ND[nodes]
        return z_ND @ functional.normalize(means_CD, dim=-1).T

    def _smooth(self, y_NC: Tensor, batch: NodeBatch) -> Tensor:
        return rows_to_one(propagate_labels(y_NC, batch, alpha=self.alpha, steps=self.steps))


def rows_to_one(y_NC: Tensor) -> Tensor:
    """Rows divided by their sums; rows of zeros stay."""
    total = y_NC.sum(-1, keepdim=True)
    return y_NC / torch.where(total > 0, total, 1)
