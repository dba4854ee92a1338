"""Radial functions of DimeNet: a smooth envelope, sine waves and spherical Bessel functions.

Source: Gasteiger, Gross, Günnemann, "Directional Message Passing for Molecular Graphs"
(ICLR 2020), equations 6-8.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch
from scipy import optimize, special
from torch import Tensor, nn


def envelope(x: Tensor, exponent: int = 5) -> Tensor:
    """u(x)/x of eq. 8: 1/x near 0, and 0 with two derivatives from x = 1 (the cutoff) on."""
    p = exponent + 1
    a, b, c = -(p + 1) * (p + 2) / 2, p * (p + 2), -p * (p + 1) / 2
    power = x.pow(p - 1)
    return torch.where(x < 1, 1 / x + power * (a + x * (b + x * c)), 0)


def spherical_bessel(order: int, z: Tensor) -> list[Tensor]:
    """j_0 ... j_order at z >= 0, to the precision of z's dtype.

    Upward recurrence from the closed forms of j_0 and j_1 loses all digits where z < l (the sums of sines
    and cosines cancel); there the power series is taken.
    """
    safe = z.clamp_min(0.5)
    sine, cosine = safe.sin(), safe.cos()
    upward = [sine / safe, sine / safe.square() - cosine / safe]
    for degree in range(1, order):
        upward.append((2 * degree + 1) / safe * upward[degree] - upward[degree - 1])
    values = []
    for degree in range(order + 1):
        small = z < degree + 0.5
        values.append(torch.where(small, _series(degree, torch.where(small, z, 1.0)), upward[degree]))
    return values


def _series(degree: int, z: Tensor) -> Tensor:
    """z^l / (2l + 1)!! * sum over k of (-z^2 / 2)^k / (k! (2l + 3)(2l + 5)...(2l + 2k + 1)), by Horner."""
    half = -z.square() / 2
    total = torch.ones_like(z)
    for k in range(9 + degree, 0, -1):  # below z = l + 0.5 the rest is under 1e-15 of the first
        total = 1 + half / (k * (2 * degree + 2 * k + 1)) * total
    return z.pow(degree) / math.prod(range(1, 2 * degree + 2, 2)) * total


def bessel_roots(orders: int, count: int) -> np.ndarray:
    """First `count` positive roots of j_0 ... j_(orders-1), float64 [orders, count].

    Roots of j_l interlace those of j_(l-1), so each is bracketed by two of the order below.
    """
    roots = np.arange(1, count + orders) * np.pi
    found = [roots[:count]]
    for degree in range(1, orders):
        roots = np.array(
            [
                optimize.brentq(lambda z, d=degree: special.spherical_jn(d, z), low, high, xtol=1e-14)
                for low, high in itertools.pairwise(roots)
            ]
        )
        found.append(roots[:count])
    return np.stack(found)


class BesselBasis(nn.Module):
    """Enveloped waves sin(f_n d / c), with the frequencies n pi trained from there (eq. 7)."""

    def __init__(self, num_radial: int, cutoff: float, exponent: int = 5) -> None:
        super().__init__()
        self.cutoff, self.exponent = cutoff, exponent
        self.frequency = nn.Parameter(torch.arange(1, num_radial + 1) * math.pi)

    def forward(self, distance_E: Tensor) -> Tensor:
        """Distances in angstrom to [E, num_radial]."""
        x = distance_E[:, None] / self.cutoff
        return envelope(x, self.exponent) * (self.frequency * x).sin()


class SphericalRadialBasis(nn.Module):
    """Enveloped j_l(z_ln d / c), of unit norm in the ball of radius c = 1: radial part of eq. 6."""

    roots: Tensor
    norms: Tensor

    def __init__(self, num_spherical: int, num_radial: int, cutoff: float, exponent: int = 5) -> None:
        super().__init__()
        self.cutoff, self.exponent = cutoff, exponent
        roots = bessel_roots(num_spherical, num_radial)
        degree = np.arange(num_spherical)[:, None]
        norms = math.sqrt(2) / np.abs(special.spherical_jn(degree + 1, roots))
        self.register_buffer("roots", torch.as_tensor(roots).to(torch.get_default_dtype()), persistent=False)
        self.register_buffer("norms", torch.as_tensor(norms).to(torch.get_default_dtype()), persistent=False)

    def forward(self, distance_E: Tensor) -> Tensor:
        """Distances in angstrom to [E, num_spherical, num_radial]."""
        x = distance_E / self.cutoff
        waves = []
        for degree, (roots, norms) in enumerate(zip(self.roots, self.norms, strict=True)):
            waves.append(norms * spherical_bessel(max(degree, 1), x[:, None] * roots)[degree])
        return envelope(x, self.exponent)[:, None, None] * torch.stack(waves, dim=1)
