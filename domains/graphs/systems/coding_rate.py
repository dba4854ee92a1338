"""Maximal coding rate reduction (Yu, Chan, You, Song, Ma 2020): spread all codes, compress each class's."""

from __future__ import annotations

import torch
from torch import Tensor


def coding_rate(z_MD: Tensor, epsilon: float) -> Tensor:
    """R(Z, eps) = 1/2 logdet(I + d / (m eps^2) Z^T Z) of m codes of size d; 0 for no codes.

    Bits (in nats) to code the rows of Z up to the distortion eps; the same number from the d x d as from
    the m x m matrix, so the smaller of the two is used.
    """
    count, width = z_MD.shape
    if not count:
        return z_MD.new_zeros(())
    gram = z_MD.T @ z_MD if width <= count else z_MD @ z_MD.T
    identity = torch.eye(len(gram), dtype=z_MD.dtype, device=z_MD.device)
    return 0.5 * torch.logdet(identity + width / (count * epsilon**2) * gram)


def rate_reduction_loss(
    z_MD: Tensor, label: Tensor, classes: int, *, epsilon: float, gamma1: float = 1.0, gamma2: float = 1.0
) -> Tensor:
    """-gamma2 R(Z, eps) + gamma1 sum_c m_c / m R(Z_c, eps), with m_c codes of class c.

    Args:
        z_MD: codes of length 1. `label`: int64 [M].
    """
    shares = [
        (label == place).sum().to(z_MD) / len(label) * coding_rate(z_MD[label == place], epsilon)
        for place in range(classes)
    ]
    return gamma1 * torch.stack(shares).sum() - gamma2 * coding_rate(z_MD, epsilon)
