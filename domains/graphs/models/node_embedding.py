"""Vectors learnt per node: plain, variational or clustered (Cini et al. 2023, "Taming Local Effects")."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .centroids import place_centroids
from .settings import EmbeddingSettings


class NodeEmbedding(nn.Module):
    """One vector per node, uniform in ±1/sqrt(d) at first."""

    def __init__(self, nodes: int, size: int) -> None:
        super().__init__()
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

    def unknown_place(self, known_N: Tensor | None = None) -> Tensor:
        """Where a node stands of which nothing is known [d]: at the mean of the known ones.

        Args:
            known_N: bool, which ones were trained; None: all.
        """
        return (self.vectors_ND if known_N is None else self.vectors_ND[known_N]).mean(0)

    @torch.no_grad()
    def forget(self, unknown_N: Tensor) -> None:
        """Put the nodes marked in bool [N] where one stands of which nothing is known."""
        self.vectors_ND[unknown_N] = self.unknown_place(~unknown_N)

    @torch.no_grad()
    def resize(self, nodes: int, *, cold: bool = False, generator: torch.Generator | None = None) -> None:
        """Forget the nodes and make room for others.

        Args:
            cold: each starts where a node stands of which nothing is known; else each is drawn anew.
            generator: randomness of that draw.
        """
        old = self.vectors_ND
        fresh = self.unknown_place().expand(nodes, -1) if cold else self.drawn(nodes, generator)
        self.vectors_ND = _parameter(fresh, old)

    def drawn(self, nodes: int, generator: torch.Generator | None = None) -> Tensor:
        """Fresh vectors [N, d], as before the first training."""
        size = self.vectors_ND.shape[1]
        return _uniform(nodes, size, 1 / math.sqrt(size), generator)


class VariationalEmbedding(NodeEmbedding):
    """v_i ~ N(mu_i, diag sigma_i^2): a draw per pass while training, the mean otherwise.

    Args:
        nodes: N.
        size: d.
        weight: of KL(N(mu, sigma^2) || N(0, 1)), mean over nodes and numbers, in the loss.
    """

    MEAN = 0.01
    VARIANCE = 0.2

    def __init__(self, nodes: int, size: int, weight: float) -> None:
        super().__init__(nodes, size)
        self.weight = weight
        self.vectors_ND = nn.Parameter(_uniform(nodes, size, self.MEAN))
        self.log_variance_ND = nn.Parameter(torch.full((nodes, size), math.log(self.VARIANCE)))

    def forward(self, node_N: Tensor) -> Tensor:
        """A draw (training) or the mean, [N, d]."""
        mean = self.vectors_ND[node_N]
        if not self.training:
            return mean
        return mean + torch.randn_like(mean) * (self.log_variance_ND[node_N] / 2).exp()

    def regularisation(self) -> Tensor:
        """Weighted Kullback-Leibler divergence from the standard normal prior."""
        log_variance = self.log_variance_ND
        divergence = 0.5 * (log_variance.exp() + self.vectors_ND.square() - 1 - log_variance)
        return self.weight * divergence.mean()

    def local_parameters(self) -> tuple[str, ...]:
        """Means and log variances."""
        return ("vectors_ND", "log_variance_ND")

    def unknown_place(self, known_N: Tensor | None = None) -> Tensor:
        """The mean of the prior: a draw from it would only add noise to a point forecast."""
        return torch.zeros_like(self.vectors_ND[0])

    def drawn(self, nodes: int, generator: torch.Generator | None = None) -> Tensor:
        """Fresh means, nearer to the prior's than plain vectors."""
        return _uniform(nodes, self.vectors_ND.shape[1], self.MEAN, generator)

    @torch.no_grad()
    def resize(self, nodes: int, *, cold: bool = False, generator: torch.Generator | None = None) -> None:
        """As the plain one's, with the variances of a fresh one."""
        super().resize(nodes, cold=cold, generator=generator)
        spread = torch.full((nodes, self.vectors_ND.shape[1]), math.log(self.VARIANCE))
        self.log_variance_ND = _parameter(spread, self.log_variance_ND)


class ClusteredEmbedding(NodeEmbedding):
    """Plain vectors that are drawn towards a few centroids: loss + weight * mean_i |v_i - (M C)_i|.

    M = softmax((S + Gumbel noise) / tau); tau decays with every epoch of training steps, down to 1e-4.
    The first `warm_up` steps are free; then k-means places the centroids and the scores S.
    """

    COLDEST = 1e-4

    def __init__(self, nodes: int, settings: EmbeddingSettings) -> None:
        super().__init__(nodes, settings.size)
        self.settings = settings
        self.centroids_KD = nn.Parameter(
            _uniform(settings.clusters, settings.size, 1 / math.sqrt(settings.size))
        )
        self.scores_NK = nn.Parameter(torch.zeros(nodes, settings.clusters))
        self.steps: Tensor
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    @property
    def temperature(self) -> float:
        """tau after the training steps so far."""
        epochs = int(self.steps) / self.settings.epoch_steps
        return max(self.settings.temperature_decay**epochs, self.COLDEST)

    def regularisation(self) -> Tensor:
        """Weighted mean distance of the vectors to their share of the centroids; counts a training step."""
        scores = self.scores_NK
        if self.training:
            self.steps += 1
            if int(self.steps) == self.settings.warm_up and self.centroids_KD.requires_grad:
                self.place_centroids()
            noise = -torch.log(-torch.log(torch.rand_like(scores).clamp(1e-10, 1 - 1e-7)))
            scores = scores + noise
        if int(self.steps) < self.settings.warm_up:
            return self.vectors_ND.new_zeros(())
        members_NK = F.softmax(scores / self.temperature, dim=-1)
        gap_ND = self.vectors_ND - members_NK @ self.centroids_KD
        return self.settings.weight * torch.linalg.vector_norm(gap_ND, dim=-1).mean()

    @torch.no_grad()
    def place_centroids(self) -> None:
        """Centroids to the k-means of the vectors; scores by nearness to them."""
        centroids = place_centroids(self.vectors_ND, self.settings.clusters)
        distance = torch.cdist(self.vectors_ND, centroids).square()
        self.centroids_KD.copy_(centroids)
        self.scores_NK.copy_(-distance / distance.mean().clamp_min(1e-12))

    def local_parameters(self) -> tuple[str, ...]:
        """Vectors and scores; the centroids are shared."""
        return ("vectors_ND", "scores_NK")

    def unknown_place(self, known_N: Tensor | None = None) -> Tensor:
        """The mean of the centroids."""
        return self.centroids_KD.mean(0)

    @torch.no_grad()
    def resize(self, nodes: int, *, cold: bool = False, generator: torch.Generator | None = None) -> None:
        """As the plain one's, of no cluster yet."""
        super().resize(nodes, cold=cold, generator=generator)
        self.scores_NK = _parameter(torch.zeros(nodes, self.settings.clusters), self.scores_NK)


def build_embedding(nodes: int, settings: EmbeddingSettings) -> NodeEmbedding | None:
    """The embedding that the settings describe, None for `none`."""
    if settings.kind == "none":
        return None
    if settings.kind == "variational":
        return VariationalEmbedding(nodes, settings.size, settings.weight)
    if settings.kind == "clustered":
        return ClusteredEmbedding(nodes, settings)
    return NodeEmbedding(nodes, settings.size)


def _uniform(rows: int, size: int, bound: float, generator: torch.Generator | None = None) -> Tensor:
    return (2 * torch.rand(rows, size, generator=generator) - 1) * bound


def _parameter(values: Tensor, like: nn.Parameter) -> nn.Parameter:
    return nn.Parameter(values.to(like).clone(), requires_grad=like.requires_grad)
