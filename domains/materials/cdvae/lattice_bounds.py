"""Predicted lattice parameters held where they are a cell at all, or within narrower bounds."""

from __future__ import annotations

import torch
from torch import Tensor

from ..lattice_bounds import ANGLES, ATOM_VOLUME, LEAST_SQUARED_VOLUME, LENGTHS, LatticeBounds

SHRINKS = 12


def bounded_lattice(
    lengths_B3: Tensor, angles_B3: Tensor, counts_B: Tensor, bounds: LatticeBounds | None = None
) -> tuple[Tensor, Tensor]:
    """Lengths and angles of cells with `counts` atoms, changed only where they lie outside the bounds.

    Angles that close no cell are drawn towards 90 degrees, 15 % of the way at a time, until they do; a cell
    too small for its atoms is blown up. Differentiable; NaN stays NaN.

    Args:
        bounds: narrower ones, which have room for the atoms; what is mended then stays between them.
    """
    if bounds is not None:
        return _within(lengths_B3, angles_B3, counts_B, bounds)
    lengths, angles = lengths_B3.clamp(*LENGTHS), _closing(angles_B3.clamp(*ANGLES), 90.0)
    growth = (ATOM_VOLUME * counts_B / _volume(lengths, angles)).clamp_min(1.0).pow(1 / 3)
    return lengths * growth[:, None], angles


def _within(
    lengths_B3: Tensor, angles_B3: Tensor, counts_B: Tensor, bounds: LatticeBounds
) -> tuple[Tensor, Tensor]:
    high, centre = bounds.lengths[1], bounds.straightest
    lengths, angles = lengths_B3.clamp(*bounds.lengths), angles_B3.clamp(*bounds.angles)
    angles, wanted = _closing(angles, centre), ATOM_VOLUME * counts_B.to(lengths.dtype)
    squared = unit_volume_squared(angles)
    # Some ranges leave room at their straightest corner alone.
    crowded = (squared < LEAST_SQUARED_VOLUME) | (high**3 * squared.clamp_min(0).sqrt() < wanted)
    angles = torch.where(crowded[:, None], torch.full_like(angles, centre), angles)
    for _ in range(3):  # each time the room is there, or one more edge is as long as it may be
        free = lengths < high
        edges = free.sum(dim=-1).clamp_min(1).to(lengths.dtype)
        growth = (wanted / _volume(lengths, angles)).clamp_min(1.0).pow(1 / edges)
        lengths = torch.where(free, lengths * growth[:, None], lengths).clamp_max(high)
    return lengths, angles


def _closing(angles_B3: Tensor, centre: float) -> Tensor:
    for _ in range(SHRINKS):
        flat = unit_volume_squared(angles_B3) < LEAST_SQUARED_VOLUME
        angles_B3 = torch.where(flat[:, None], centre + 0.85 * (angles_B3 - centre), angles_B3)
    return angles_B3


def _volume(lengths_B3: Tensor, angles_B3: Tensor) -> Tensor:
    return lengths_B3.prod(dim=-1) * unit_volume_squared(angles_B3).sqrt()


def unit_volume_squared(angles_B3: Tensor) -> Tensor:
    """Squared volume [B] of the cell with edges of length 1; negative where the angles close no cell."""
    cosine = torch.deg2rad(angles_B3).cos()
    return 1 - cosine.square().sum(dim=-1) + 2 * cosine.prod(dim=-1)
