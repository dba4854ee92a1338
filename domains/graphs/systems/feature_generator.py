"""Features a neighbour of a node might have: a conditional variational auto-encoder p(x_j | x_i) on edges.

Local augmentation (Liu et al., ICML 2022), section 3.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from .feature_rows import FeatureLinear, FeatureRows

Likelihood = Literal["bernoulli", "gaussian"]


class FeatureGenerator(nn.Module):
    """q(z | x_j, x_i) and p(x_j | z, x_i), each with one hidden layer; z ~ N(0, I) of `latent` numbers.

    Args:
        features: F.
        likelihood: "bernoulli" for entries between 0 and 1 (words), "gaussian" of variance 1 for any.
    """

    def __init__(
        self, features: int, *, hidden: int = 256, latent: int = 10, likelihood: Likelihood = "bernoulli"
    ) -> None:
        super().__init__()
        self.likelihood, self.latent = likelihood, latent
        self.neighbour = FeatureLinear(features, hidden, bias=False)
        self.centre = FeatureLinear(features, hidden)
        self.posterior = nn.Linear(hidden, 2 * latent)
        self.decode_centre = FeatureLinear(features, hidden)
        self.decode_latent = nn.Linear(latent, hidden, bias=False)
        self.output = nn.Linear(hidden, features)

    def loss(self, neighbour: FeatureRows, centre: FeatureRows) -> Tensor:
        """Negative evidence bound of each pair, [M]: one draw of z, and the divergence in closed form."""
        code = torch.relu(self.neighbour(neighbour) + self.centre(centre))
        mean, log_variance = self.posterior(code).chunk(2, dim=-1)
        latent = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        shown, target = self._decode(centre, latent), neighbour.to_dense()
        if self.likelihood == "bernoulli":
            misfit = functional.binary_cross_entropy_with_logits(shown, target, reduction="none").sum(-1)
        else:
            misfit = 0.5 * (shown - target).square().sum(-1)
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1)
        return misfit + divergence

    def generate(self, centre: FeatureRows, latent: Tensor) -> Tensor:
        """Expected features of a neighbour [N, F], given x_i and a draw z [N, latent]."""
        shown = self._decode(centre, latent)
        return shown.sigmoid() if self.likelihood == "bernoulli" else shown

    def _decode(self, centre: FeatureRows, latent: Tensor) -> Tensor:
        return self.output(torch.relu(self.decode_centre(centre) + self.decode_latent(latent)))
