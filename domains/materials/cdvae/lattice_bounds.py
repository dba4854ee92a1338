"""Predicted lattice parameters held where they are a cell at all."""

from __future__ import annotations

import torch
from torch import Tensor

LENGTHS = (1.5, 100.0)
"""Angstrom; no bond is shorter than 0.7."""
ANGLES = (20.0, 160.0)
"""Degrees."""
LEAST_SQUARED_VOLUME = 0.005
"""Of the cell with unit edges: a rhombohedron with angles of 18 degrees; reduced cells have 0.5 or more."""
SHRINKS = 12


def bounded_lattice(lengths_B3: Tensor, angles_B3: Tensor) -> tuple[Tensor, Tensor]:
    """Lengths and angles, changed only where they lie outside the bounds or close no cell.

    Angles that fulfil no triangle inequality are drawn towards 90 degrees, 15 % of the way at a time, until
    the cell has a volume. Differentiable; NaN stays NaN.
    """
    lengths, angles = lengths_B3.clamp(*LENGTHS), angles_B3.clamp(*ANGLES)
    for _ in range(SHRINKS):
        flat = unit_volume_squared(angles) < LEAST_SQUARED_VOLUME
        angles = torch.where(flat[:, None], 90 + 0.85 * (angles - 90), angles)
    return lengths, angles


def unit_volume_squared(angles_B3: Tensor) -> Tensor:
    """Squared volume [B] of the cell with edges of length 1; negative where the angles close no cell."""
    cosine = torch.deg2rad(angles_B3).cos()
    return 1 - cosine.square().sum(dim=-1) + 2 * cosine.prod(dim=-1)
