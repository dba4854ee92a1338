"""Predicted lattice parameters held where they are a cell at all."""

from __future__ import annotations

import torch
from torch import Tensor

LENGTHS = (1.5, 100.0)
"""Angstrom; hardly a bond is shorter."""
ANGLES = (20.0, 160.0)
"""Degrees."""
LEAST_SQUARED_VOLUME = 0.005
"""Of the cell with unit edges: a rhombohedron with angles of 18 degrees; reduced cells have 0.5 or more."""
SHRINKS = 12
ATOM_VOLUME = 2.5
"""Cubic angstrom for each atom at least; diamond has 5.7, the densest hydrides about 3."""


def bounded_lattice(lengths_B3: Tensor, angles_B3: Tensor, counts_B: Tensor) -> tuple[Tensor, Tensor]:
    """Lengths and angles of cells with `counts` atoms, changed only where they lie outside the bounds.

    Angles that close no cell are drawn towards 90 degrees, 15 % of the way at a time, until they do; a cell
    too small for its atoms is blown up. Differentiable; NaN stays NaN.
    """
    lengths, angles = lengths_B3.clamp(*LENGTHS), angles_B3.clamp(*ANGLES)
    for _ in range(SHRINKS):
        flat = unit_volume_squared(angles) < LEAST_SQUARED_VOLUME
        angles = torch.where(flat[:, None], 90 + 0.85 * (angles - 90), angles)
    volume = lengths.prod(dim=-1) * unit_volume_squared(angles).sqrt()
    growth = (ATOM_VOLUME * counts_B / volume).clamp_min(1.0).pow(1 / 3)
    return lengths * growth[:, None], angles


def unit_volume_squared(angles_B3: Tensor) -> Tensor:
    """Squared volume [B] of the cell with edges of length 1; negative where the angles close no cell."""
    cosine = torch.deg2rad(angles_B3).cos()
    return 1 - cosine.square().sum(dim=-1) + 2 * cosine.prod(dim=-1)
