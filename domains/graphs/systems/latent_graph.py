"""Inferring a graph together with what is done on it: the differentiable graph module (DGM; Kazi et al. 2020,
arXiv 2002.04999), with any distance, such as a neural snowflake (Borde and Kratsios 2023, 2310.15003).

Nodes have places e_i = encoder(x_i). Node i hears from k others, drawn without replacement with logits
-T D(e_i, e_j) by Gumbel-top-k, and sampling is what training sees; afterwards the k nearest are taken.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn
from torch.nn import functional

from ....shared.errors import InputError
from .neural_snowflake import EuclideanDistance, NeuralSnowflake, PointEncoder
from .node_batch import spread, symmetric_edges

ROWS_AT_ONCE = 512
"""Rows of the matrix of distances between all nodes that are worked on together."""


class LatentGraphSettings(BaseModel):
    """Sizes of a classifier on an inferred graph."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    neighbours: int = Field(default=8, ge=1)
    """k."""
    distance: Literal["euclidean", "snowflake"] = "euclidean"
    gradient: Literal["score-function", "straight-through"] = "score-function"
    """How the task teaches the graph: by rewarding the drawn edges of nodes that came out better than they
    usually do, or by slopes through the edges' weights, which are 1 in value."""
    places: int = Field(default=4, ge=1)
    """Dimensions in which nodes have places."""
    encoder_layers: int = Field(default=0, ge=0)
    """Hidden layers between features and places; 0: places are linear in the features."""
    hidden: int = Field(default=32, ge=1)
    dropout: float = Field(default=0.3, ge=0, lt=1)
    graph_weight: float = Field(default=1.0, ge=0)
    """Of the score-function loss beside the classification loss."""


class DrawnEdges(NamedTuple):
    """k edges into each of N nodes, grouped by receiver."""

    edge_index: Tensor
    """int64 [2, N k], sender and receiver."""
    logit: Tensor
    """float [N, k], -T D of each, with slope; exp of it is the edge's unnormalised probability, at most 1."""


class LatentGraph(nn.Module):
    """Draws a graph on points.

    Args:
        distance: module of two tensors of points. `neighbours`: k. `temperature`: T at the start; the larger,
            the closer drawn neighbours are to the nearest ones.
    """

    def __init__(self, distance: nn.Module, neighbours: int, temperature: float = 4.0) -> None:
        super().__init__()
        self.distance, self.neighbours = distance, neighbours
        self.log_temperature = nn.Parameter(torch.tensor(math.log(temperature)))

    def forward(self, places_ND: Tensor) -> DrawnEdges:
        """Edges between N places: drawn while training, the k nearest afterwards. All N^2 distances are
        looked at, block by block; only those of the N k edges carry slopes.

        Raises: InputError where N is not above k.
        """
        n, k = len(places_ND), self.neighbours
        if k >= n:
            raise InputError("neighbours", f"{k} of {n} nodes", expected=f"at most {n - 1}")
        blocks = range(0, n, ROWS_AT_ONCE)
        sender = torch.cat([self._drawn(places_ND, start, min(start + ROWS_AT_ONCE, n)) for start in blocks])
        receiver = torch.arange(n, device=sender.device)[:, None].expand(n, k)
        logit = -self.log_temperature.exp() * self.distance(places_ND[sender], places_ND[:, None])
        return DrawnEdges(torch.stack([sender.flatten(), receiver.flatten()]), logit)

    @torch.no_grad()
    def _drawn(self, places: Tensor, start: int, stop: int) -> Tensor:
        """Senders int64 [stop - start, k] to these nodes, by Gumbel-top-k (Kool et al. 2019)."""
        logits = -self.log_temperature.exp() * self.distance(places[None], places[start:stop, None])
        if self.training:
            uniform = torch.rand_like(logits).clamp(min=1e-20)
            logits = logits - (-uniform.log()).clamp(min=1e-20).log()
        own = torch.arange(start, stop, device=places.device)[:, None]
        return logits.scatter(1, own, -torch.inf).topk(self.neighbours, dim=1).indices


class LatentGraphClassifier(nn.Module):
    """Places, a latent graph on them, and a 2-layer graph convolution on that; all trained together."""

    def __init__(self, features: int, classes: int, settings: LatentGraphSettings | None = None) -> None:
        super().__init__()
        self.settings = settings = settings or LatentGraphSettings()
        self.encoder = PointEncoder(
            features, settings.hidden, settings.places, layers=settings.encoder_layers
        )
        distance = (
            NeuralSnowflake(settings.places) if settings.distance == "snowflake" else EuclideanDistance()
        )
        self.graph = LatentGraph(distance, settings.neighbours)
        self.first = nn.Linear(features, settings.hidden)
        self.second = nn.Linear(settings.hidden, classes)
        self.register_buffer("usually_right", torch.empty(0))

    def forward(self, x_NF: Tensor) -> tuple[Tensor, DrawnEdges]:
        """Logits [N, classes] and the graph they came about on."""
        drawn = self.graph(self.encoder(x_NF))
        weight = torch.ones_like(drawn.logit)
        if self.settings.gradient == "straight-through" and self.training:
            soft = drawn.logit.exp()
            weight = weight + soft - soft.detach()
        index, smoothing = symmetric_edges(drawn.edge_index, weight.flatten(), len(x_NF))
        h = spread(self.first(self._dropped(x_NF)), index, smoothing).relu()
        return spread(self.second(self._dropped(h)), index, smoothing), drawn

    def loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Cross-entropy on the labelled nodes, plus the graph's where it learns by rewards.

        Args:
            batch: "features" [N, F], "label" int64 [N], "nodes" int64 [M], those that count.
        """
        logits, drawn = self(batch["features"])
        nodes, label = batch["nodes"], batch["label"][batch["nodes"]]
        loss = functional.cross_entropy(logits[nodes], label)
        if self.settings.gradient == "score-function" and self.training:
            # As in DGM: edges of nodes that are right more often than usual become likelier.
            advantage = self._advantage(logits[nodes].detach().argmax(-1) == label)
            loss = loss - self.settings.graph_weight * (advantage * drawn.logit[nodes].sum(1)).mean()
        return loss

    def _advantage(self, right: Tensor) -> Tensor:
        now = right.to(torch.float32)
        if self.usually_right.shape != now.shape:
            self.usually_right = torch.full_like(now, 0.5)
        advantage = now - self.usually_right
        self.usually_right = 0.9 * self.usually_right + 0.1 * now
        return advantage

    def _dropped(self, values: Tensor) -> Tensor:
        return functional.dropout(values, self.settings.dropout, self.training)
