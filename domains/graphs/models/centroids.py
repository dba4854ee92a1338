"""k-means, the same for the same points."""

from __future__ import annotations

import torch
from torch import Tensor

ROUNDS = 50
"""Lloyd's rounds at most."""


def place_centroids(points_ND: Tensor, clusters: int) -> Tensor:
    """Lloyd's k-means from a farthest-first start (no randomness), [clusters, D].

    With fewer points than clusters, some centroids coincide; a cluster that loses its points stays where
    it is.
    """
    centroids = _farthest_first(points_ND, clusters)
    nearest = None
    for _ in range(ROUNDS):
        found = torch.cdist(points_ND, centroids).argmin(1)
        if nearest is not None and torch.equal(found, nearest):
            break
        nearest = found
        sums = torch.zeros_like(centroids).index_add_(0, nearest, points_ND)
        counts = torch.bincount(nearest, minlength=clusters)[:, None].to(sums.dtype)
        centroids = torch.where(counts > 0, sums / counts.clamp_min(1), centroids)
    return centroids


def _farthest_first(points_ND: Tensor, clusters: int) -> Tensor:
    """The point farthest from the mean, then each time the one farthest from all chosen."""
    distance = torch.linalg.vector_norm(points_ND - points_ND.mean(0), dim=1)
    chosen = [int(distance.argmax())]
    distance = torch.full_like(distance, torch.inf)
    for _ in range(clusters - 1):
        last = torch.linalg.vector_norm(points_ND - points_ND[chosen[-1]], dim=1)
        distance = torch.minimum(distance, last)
        chosen.append(int(distance.argmax()))
    return points_ND[chosen].clone()
