"""Angular functions of DimeNet and GemNet: spherical harmonics of order 0, by Legendre's recurrence."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def zonal_harmonics(degrees: int, cosine: Tensor) -> Tensor:
    """Y_l0 = sqrt((2l + 1) / 4 pi) P_l(cos theta) for l = 0 ... degrees - 1, [..., degrees].

    The recurrence (l + 1) P_(l+1) = (2l + 1) x P_l - l P_(l-1) is stable on [-1, 1] and needs no angle, so
    no arccos whose slope is infinite at straight angles.
    """
    polynomials = [torch.ones_like(cosine), cosine]
    for degree in range(1, degrees - 1):
        upper = (2 * degree + 1) * cosine * polynomials[degree] - degree * polynomials[degree - 1]
        polynomials.append(upper / (degree + 1))
    norms = [math.sqrt((2 * degree + 1) / (4 * math.pi)) for degree in range(degrees)]
    return torch.stack([n * p for n, p in zip(norms, polynomials[:degrees], strict=True)], dim=-1)
