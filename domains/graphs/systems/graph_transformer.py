"""Graph Transformer (Dwivedi & Bresson 2021, "A generalization of transformer networks to graphs").

Attention among neighbours only, Laplacian positions added to the input once, batch normalisation, and
optionally a stream of edge features beside that of the nodes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .feature_rows import FeatureLinear, FeatureRows

SCORE_LIMIT = 5.0
"""Scores are clamped to plus and minus this before they are exponentiated."""


class GraphTransformerLayer(nn.Module):
    """One layer, equations 4 to 11 of the paper.

    Args:
        width: d, a multiple of `heads`.
        edges: keep an edge stream: its projection multiplies the scores, which then become the new edges.
    """

    def __init__(self, width: int, heads: int, *, dropout: float = 0.0, edges: bool = False) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} is no multiple of {heads} heads")
        self.heads, self.dropout = heads, dropout
        self.query, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.nodes = _Sublayers(width, dropout)
        self.edge = nn.Linear(width, width, bias=False) if edges else None
        self.edges = _Sublayers(width, dropout) if edges else None

    def forward(self, h_ND: Tensor, e_ED: Tensor | None, index: Tensor) -> tuple[Tensor, Tensor | None]:
        """Nodes [N, d] and edges [E, d] (or None) to the same; index int64 [2, E], sender and receiver."""
        attended, products = self.attend(h_ND, e_ED, index)
        h_ND = self.nodes(h_ND, attended)
        if self.edges is not None:
            assert e_ED is not None
            e_ED = self.edges(e_ED, products)
        return h_ND, e_ED

    def attend(self, h_ND: Tensor, e_ED: Tensor | None, index: Tensor) -> tuple[Tensor, Tensor]:
        """What each node takes from its neighbours [N, d], and the products behind the scores [E, d].

        s_ij = exp(clamp(sum_d q_id k_jd / sqrt(d_head) [e_ijd], -5, 5)); node i gets sum_j s_ij v_j over
        sum_j s_ij, and 0 without neighbours.
        """
        nodes, width = h_ND.shape
        sender, receiver = index
        split = (-1, self.heads, width // self.heads)
        query, key, value = (part(h_ND).view(split) for part in (self.query, self.key, self.value))
        products = query[receiver] * key[sender] * split[2] ** -0.5
        if self.edge is not None:
            products = products * self.edge(e_ED).view(split)
        score = products.sum(-1).clamp(-SCORE_LIMIT, SCORE_LIMIT).exp()
        total = score.new_zeros(nodes, self.heads).index_add(0, receiver, score)
        taken = torch.zeros_like(value).index_add(0, receiver, score[..., None] * value[sender])
        # Scores are at least exp(-5), so a total of 0 means no neighbour at all.
        taken = taken / torch.where(total > 0, total, 1.0)[..., None]
        return taken.reshape(nodes, width), products.reshape(-1, width)


class _Sublayers(nn.Module):
    """Output map, residual, norm; then d to 2d to d, residual, norm."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.output = nn.Linear(width, width)
        self.first_norm = nn.BatchNorm1d(width)
        self.widen = nn.Linear(width, 2 * width)
        self.narrow = nn.Linear(2 * width, width)
        self.second_norm = nn.BatchNorm1d(width)
        self.dropout = dropout

    def forward(self, x: Tensor, attended: Tensor) -> Tensor:
        x = self.first_norm(x + self._dropped(self.output(attended)))
        return self.second_norm(x + self.narrow(self._dropped(torch.relu(self.widen(x)))))

    def _dropped(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.dropout, self.training)


class GraphTransformer(nn.Module):
    """Layers between h0 = Linear(x) + Linear(positions) and a three-layer readout d, d/2, d/4, classes.

    While training, the sign of each position column is drawn anew for every batch: eigenvectors have none.

    Args:
        features: F. `classes`: C. `positions`: K, eigenvectors per node; 0 for none.
        edge_features: numbers per edge; 0 keeps no edge stream.
        feature_dropout: of the entries of x, as words are many and labels few; 0 in the paper.
    """

    def __init__(
        self,
        features: int,
        classes: int,
        *,
        width: int = 80,
        layers: int = 10,
        heads: int = 8,
        positions: int = 2,
        edge_features: int = 0,
        dropout: float = 0.0,
        feature_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = FeatureLinear(features, width, dropout=feature_dropout)
        self.position = nn.Linear(positions, width) if positions else None
        self.edge_embedding = nn.Linear(edge_features, width) if edge_features else None
        self.layers = nn.ModuleList(
            GraphTransformerLayer(width, heads, dropout=dropout, edges=edge_features > 0)
            for _ in range(layers)
        )
        self.readout = Readout(width, classes)

    def forward(
        self, features: FeatureRows, positions_NK: Tensor, index: Tensor, edges: Tensor | None = None
    ) -> Tensor:
        """Logits [N, C] from features [N, F], positions [N, K], index [2, E] and edges [E, features]."""
        h_ND = self.embedding(features)
        if self.position is not None:
            if self.training:
                positions_NK = positions_NK * _signs(positions_NK)
            h_ND = h_ND + self.position(positions_NK)
        e_ED = None if self.edge_embedding is None else self.edge_embedding(edges)
        for layer in self.layers:
            h_ND, e_ED = layer(h_ND, e_ED, index)
        return self.readout(h_ND)


class Readout(nn.Sequential):
    """d to d/2 to d/4 to outputs, ReLU between."""

    def __init__(self, width: int, outputs: int) -> None:
        half, quarter = width // 2, width // 4
        super().__init__(
            nn.Linear(width, half),
            nn.ReLU(),
            nn.Linear(half, quarter),
            nn.ReLU(),
            nn.Linear(quarter, outputs),
        )


def _signs(positions_NK: Tensor) -> Tensor:
    """One of -1 and 1 for each column, [K]."""
    draw = torch.randint(0, 2, positions_NK.shape[1:], device=positions_NK.device)
    return (2 * draw - 1).to(positions_NK.dtype)
