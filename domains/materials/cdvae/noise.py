"""Noise on coordinates and elements: levels, draws and what they do to crystals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..crystals.batch import CrystalBatch


def geometric_levels(first: float, last: float, levels: int) -> Tensor:
    """`levels` numbers from `first` to `last` in equal ratios."""
    return torch.as_tensor(np.geomspace(first, last, levels)).to(torch.get_default_dtype())


class Noise(NamedTuple):
    """All that is random in one training pass over B crystals of A atoms."""

    latent: Tensor
    """Standard normal [B, width]."""
    coordinates: Tensor
    """Standard normal [A, 3]."""
    types: Tensor
    """Uniform in [0, 1), [A]."""
    coordinate_level: Tensor
    """int64 [B]."""
    type_level: Tensor
    """int64 [B], drawn apart from the other."""

    @classmethod
    def draw(cls, batch: CrystalBatch, width: int, levels: int) -> Noise:
        """From torch's global generator of the batch's device."""
        like = {"dtype": batch.frac.dtype, "device": batch.frac.device}
        crystals, atoms = len(batch), len(batch.numbers)
        return cls(
            torch.randn(crystals, width, **like),
            torch.randn(atoms, 3, **like),
            torch.rand(atoms, **like),
            torch.randint(levels, (crystals,), device=batch.frac.device),
            torch.randint(levels, (crystals,), device=batch.frac.device),
        )

    @classmethod
    def fixed(cls, rows: np.ndarray, counts: np.ndarray, width: int, levels: int, seed: int) -> Noise:
        """The same for a crystal whatever batch it is in: drawn from `seed` and its row, on the processor."""
        draws = [np.random.default_rng([seed, int(row)]) for row in rows]
        pairs = list(zip(draws, counts.tolist(), strict=True))
        level = torch.tensor([draw.integers(levels, size=2).tolist() for draw in draws])

        def real(values: list[np.ndarray]) -> Tensor:
            return torch.as_tensor(np.concatenate(values)).to(torch.get_default_dtype())

        return cls(
            real([draw.standard_normal((1, width)) for draw in draws]),
            real([draw.standard_normal((count, 3)) for draw, count in pairs]),
            real([draw.random(count) for draw, count in pairs]),
            level[:, 0],
            level[:, 1],
        )


def moved(batch: CrystalBatch, steps_A3: Tensor) -> CrystalBatch:
    """The crystals with atoms moved by Cartesian `steps_A3` in angstrom, back inside their cells."""
    inverse = torch.linalg.inv(batch.matrices())[batch.crystal]
    frac = batch.frac + torch.einsum("ai,aij->aj", steps_A3, inverse)
    return CrystalBatch(frac - frac.floor(), batch.numbers, batch.lengths, batch.angles, batch.counts)


def corrupted_types(
    numbers_A: Tensor, composition_A100: Tensor, sigma_A: Tensor, uniform_A: Tensor
) -> Tensor:
    """Atomic numbers [A] drawn with weights onehot(true) + sigma * predicted composition.

    Args:
        composition_A100: probabilities of the elements, column Z - 1.
        uniform_A: in [0, 1); decides the draw.
    """
    weights = sigma_A[:, None] * composition_A100
    weights = weights.scatter_add(1, (numbers_A - 1)[:, None], torch.ones_like(weights[:, :1]))
    limits = weights.cumsum(dim=-1)
    drawn = torch.searchsorted(limits, uniform_A[:, None] * limits[:, -1:], right=True)
    return drawn.squeeze(-1).clamp_max(weights.shape[1] - 1) + 1
