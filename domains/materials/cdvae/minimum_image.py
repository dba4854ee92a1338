"""The shortest vector between two points of a crystal, whatever the shape of the cell."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor


def minimum_image(shift_A3: Tensor, lattice_A33: Tensor) -> Tensor:
    """Shortest Cartesian vector [A, 3] among all lattice translations of a fractional one.

    The 27 images around the wrapped difference are enough for reduced cells only; here as many are looked at
    as can be nearer: from |f + n| >= |n_i + f_i| / |b_i| (b_i: columns of the inverse lattice, whose inverse
    length is the spacing of planes) follows |n_i| <= |f_i| + |v| |b_i| for the wrapped vector v.

    Among images of equal length the first in lexicographic order of translations counts.
    """
    if not len(shift_A3):
        return shift_A3
    wrapped = shift_A3 - shift_A3.round()
    start = torch.einsum("ai,aij->aj", wrapped, lattice_A33)
    with torch.no_grad():
        planes = torch.linalg.inv(lattice_A33).norm(dim=-2)
        bound = wrapped.abs() + start.norm(dim=-1, keepdim=True) * planes
        reach = bound.amax(dim=0).floor().long().tolist()
        grid = list(itertools.product(*(range(-r, r + 1) for r in reach)))
        images = torch.tensor(grid, dtype=wrapped.dtype, device=wrapped.device)
        best = images.new_full((len(wrapped),), float("inf"))
        chosen = torch.zeros_like(wrapped)
        for image in images:  # a loop keeps memory at one vector an atom; there are 27 for most cells
            length = (start + image @ lattice_A33).square().sum(dim=-1)
            nearer = length < best
            best = torch.where(nearer, length, best)
            chosen = torch.where(nearer[:, None], image, chosen)
    return torch.einsum("ai,aij->aj", wrapped + chosen, lattice_A33)
