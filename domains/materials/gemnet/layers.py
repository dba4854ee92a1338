"""Layers of GemNet: scaled activation, dense layers without bias, residual layers, radial basis."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

HALF = 1 / math.sqrt(2)
"""Keeps the variance of a sum of two signals."""


def scaled_silu(x: Tensor) -> Tensor:
    """SiLU / 0.6: keeps the variance of a standard normal."""
    return functional.silu(x) / 0.6


def he_orthogonal(weight: Tensor) -> Tensor:
    """Orthogonal, standardised along the inputs, then of variance 1 / fan-in (GemNet, appendix). In place."""
    nn.init.orthogonal_(weight)
    with torch.no_grad():
        variance, mean = torch.var_mean(weight, dim=-1, keepdim=True)
        weight.sub_(mean).div_((variance + 1e-6).sqrt()).mul_(weight.shape[-1] ** -0.5)
    return weight


class Dense(nn.Module):
    """A linear map without bias, then the scaled SiLU where `active`."""

    def __init__(self, inputs: int, outputs: int, *, active: bool = False) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=False)
        self.active = active
        he_orthogonal(self.linear.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear(x)
        return scaled_silu(x) if self.active else x


class Residual(nn.Module):
    """(x + two active dense layers of x) / sqrt(2)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = Dense(width, width, active=True), Dense(width, width, active=True)

    def forward(self, x: Tensor) -> Tensor:
        return (x + self.second(self.first(x))) * HALF


def residual_stack(inputs: int, width: int, layers: int) -> nn.Sequential:
    """One active dense layer and `layers` residual ones."""
    return nn.Sequential(Dense(inputs, width, active=True), *(Residual(width) for _ in range(layers)))


class GaussianBasis(nn.Module):
    """Gaussians at equal steps of d / cutoff in [0, 1], as wide as a step, under a polynomial envelope."""

    centers: Tensor

    def __init__(self, num_radial: int, cutoff: float, exponent: int = 5) -> None:
        super().__init__()
        self.cutoff, self.exponent = cutoff, exponent
        self.sharpness = -0.5 * (num_radial - 1) ** 2
        self.register_buffer("centers", torch.linspace(0, 1, num_radial), persistent=False)

    def forward(self, distance_E: Tensor) -> Tensor:
        """Distances in angstrom to [E, num_radial]."""
        x = distance_E[:, None] / self.cutoff
        return polynomial_envelope(x, self.exponent) * torch.exp(self.sharpness * (x - self.centers).square())


def polynomial_envelope(x: Tensor, exponent: int = 5) -> Tensor:
    """1 at 0; 0 with two derivatives from x = 1 (the cutoff) on."""
    p = exponent
    a, b, c = -(p + 1) * (p + 2) / 2, p * (p + 2), -p * (p + 1) / 2
    return torch.where(x < 1, 1 + x.pow(p) * (a + x * (b + x * c)), 0)


class EdgeEmbedding(nn.Module):
    """An edge from both its atoms and what it carries itself."""

    def __init__(self, atom_width: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.mix = Dense(2 * atom_width + inputs, outputs, active=True)

    def forward(self, atoms: Tensor, edges: Tensor, sender: Tensor, receiver: Tensor) -> Tensor:
        return self.mix(torch.cat([atoms[sender], atoms[receiver], edges], dim=-1))
