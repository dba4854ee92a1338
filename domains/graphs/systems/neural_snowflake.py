"""Neural snowflake: a learnt quasi-metric, and Euclidean distance as its rival (Borde & Kratsios 2023,
arXiv 2310.15003, in the form of the neural quasi-metric of Neural Spacetimes, arXiv 2408.13885).

    D(x, y) = u_J,    u_0 = |a_0(x) - a_0(y)|,    u_j = (|W_j| + |lambda_j| I) a_j(u_(j-1))

with the activation a(z) = sign(z) |z|^p where |z| < 1 and sign(z) |z|^q elsewhere. All weights are taken at
their absolute value, so D >= 0, D(x, x) = 0, D(x, y) = D(y, x); the triangle inequality holds up to a factor.

With exponents 1 + |s|, as published, D is convex in |x - y| and cannot follow concave metrics such as
|x - y|^(1/2); the default lets exponents fall below 1.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from ....shared.errors import InputError

Distance = Callable[[Tensor, Tensor], Tensor]
"""Points [..., D] and [..., D] to distances [...]."""
Exponents = Literal["positive", "from-one"]


class SnowflakeActivation(nn.Module):
    """sign(z) |z|^p below 1, sign(z) |z|^q from 1 on; continuous, odd, increasing.

    Args:
        exponents: "from-one": p = 1 + |s|, q = 1 + |l|, as published with Neural Spacetimes. "positive":
            p = e^s, q = e^l, which start alike but may fall below 1.
    """

    def __init__(self, exponents: Exponents = "positive") -> None:
        super().__init__()
        self.exponents: Exponents = exponents
        self.small = nn.Parameter(torch.tensor(1e-6))
        self.large = nn.Parameter(torch.tensor(1e-3))

    def forward(self, z: Tensor) -> Tensor:
        size = z.abs()
        raw = torch.where(size < 1, self.small, self.large)
        exponent = 1 + raw.abs() if self.exponents == "from-one" else raw.exp()
        # At 0 the power has no finite slope by its exponent, nor (below 1) by its base: 0 passes no gradient.
        return torch.where(size > 0, size, 1.0) ** exponent * z.sign()


class NonNegativeMap(nn.Module):
    """u -> (|W| + |lambda| I) u. I has ones at (i, i) also where W is not square."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs).uniform_(0, 1 / (inputs * outputs)))
        self.diagonal = nn.Parameter(torch.tensor(1.0))

    def forward(self, u: Tensor) -> Tensor:
        outputs, inputs = self.weight.shape
        eye = torch.eye(outputs, inputs, dtype=u.dtype, device=u.device)
        return u @ (self.weight.abs() + self.diagonal.abs() * eye).T


class NeuralSnowflake(nn.Module):
    """The quasi-metric D on points of `features` dimensions.

    Args:
        hidden: width of u between the layers. `layers`: J, the last of which gives the scalar.
    """

    def __init__(
        self, features: int, hidden: int = 10, layers: int = 3, exponents: Exponents = "positive"
    ) -> None:
        super().__init__()
        if layers < 1:
            raise InputError("layers", f"{layers} is too few", expected="at least 1")
        widths = [features, *[hidden] * (layers - 1), 1]
        self.first = SnowflakeActivation(exponents)
        self.activations = nn.ModuleList(SnowflakeActivation(exponents) for _ in range(layers))
        self.maps = nn.ModuleList(NonNegativeMap(i, o) for i, o in pairwise(widths))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Distances [...] between [..., D] and [..., D]; shapes broadcast."""
        u = (self.first(x) - self.first(y)).abs()
        for activation, linear in zip(self.activations, self.maps, strict=True):
            u = linear(activation(u))
        return u.squeeze(-1)


class EuclideanDistance(nn.Module):
    """|x - y|, with a slope of 0 where the points coincide."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        squared = (x - y).square().sum(-1)
        return torch.where(squared > 0, squared, 1.0).sqrt() * (squared > 0)


class PointEncoder(nn.Sequential):
    """`layers` times linear, layer norm, SiLU; then linear: [..., F] to [..., D]."""

    def __init__(self, features: int, hidden: int, out: int, layers: int = 2) -> None:
        widths = [features, *[hidden] * layers]
        blocks = [part for i, o in pairwise(widths) for part in (nn.Linear(i, o), nn.LayerNorm(o), nn.SiLU())]
        super().__init__(*blocks, nn.Linear(widths[-1], out))


class EncodedDistance(nn.Module):
    """D(encoder(x), encoder(y)): what learns a metric on given features."""

    def __init__(self, encoder: nn.Module, distance: nn.Module) -> None:
        super().__init__()
        self.encoder, self.distance = encoder, distance

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.distance(self.encoder(x), self.encoder(y))

    @property
    def n_parameters(self) -> int:
        """Trainable numbers, of encoder and distance together."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)


def snowflake_embedding(
    features: int, *, hidden: int = 32, dimensions: int = 8, layers: int = 2, width: int = 10
) -> EncodedDistance:
    """An encoder into `dimensions`, with a neural snowflake of that width between its points."""
    encoder = PointEncoder(features, hidden, dimensions, layers)
    return EncodedDistance(encoder, NeuralSnowflake(dimensions, width))


def euclidean_embedding(
    features: int, *, hidden: int = 32, dimensions: int = 8, layers: int = 2
) -> EncodedDistance:
    """The rival: the same encoder, with Euclidean distance."""
    return EncodedDistance(PointEncoder(features, hidden, dimensions, layers), EuclideanDistance())
