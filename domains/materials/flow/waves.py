"""Where two atoms of a cell are to each other, as waves: periodic, and blind to a common shift."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def pair_waves(frac_BN3: Tensor, frequencies: int) -> Tensor:
    """cos and sin of 2 pi k (f_j - f_i) for k = 1..K along each axis, [B, N (i), N (j), 6 K].

    Taken from each atom's own waves by the angle-difference formulas, so that trigonometry is paid per
    atom and not per pair (Fourier features of Jiao et al., "Crystal structure prediction by joint
    equivariant diffusion", 2023).
    """
    k = torch.arange(1, frequencies + 1, dtype=frac_BN3.dtype, device=frac_BN3.device)
    angle = (2 * math.pi * frac_BN3.unsqueeze(-1) * k).flatten(-2)
    cosine, sine = angle.cos(), angle.sin()
    ci, si, cj, sj = cosine.unsqueeze(2), sine.unsqueeze(2), cosine.unsqueeze(1), sine.unsqueeze(1)
    return torch.cat([cj * ci + sj * si, sj * ci - cj * si], dim=-1)
