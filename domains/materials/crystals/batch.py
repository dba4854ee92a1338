"""Crystals as tensors: what the networks take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .crystals import Crystals


@dataclass(frozen=True)
class CrystalBatch:
    """B crystals of A atoms in all, atoms of one crystal side by side."""

    frac: Tensor
    """Fractional coordinates [A, 3]."""
    numbers: Tensor
    """Atomic numbers, int64 [A]."""
    lengths: Tensor
    """Angstrom [B, 3]."""
    angles: Tensor
    """Degrees [B, 3]."""
    counts: Tensor
    """Atoms of each crystal, int64 [B]."""

    @classmethod
    def of(
        cls, crystals: Crystals, rows: np.ndarray | None = None, dtype: torch.dtype = torch.float32
    ) -> CrystalBatch:
        """The crystals of `rows` (None: all), on the processor."""
        chosen = crystals if rows is None else crystals.take(rows)
        return cls(
            torch.as_tensor(chosen.frac).to(dtype),
            torch.as_tensor(chosen.numbers).long(),
            torch.as_tensor(chosen.lengths).to(dtype),
            torch.as_tensor(chosen.angles).to(dtype),
            torch.as_tensor(chosen.counts),
        )

    def __len__(self) -> int:
        return len(self.counts)

    def to(self, device: torch.device | str) -> CrystalBatch:
        fields = (self.frac, self.numbers, self.lengths, self.angles, self.counts)
        return CrystalBatch(*(x.to(device) for x in fields))

    @property
    def crystal(self) -> Tensor:
        """Which crystal each atom is of, int64 [A]."""
        rows = torch.arange(len(self.counts), device=self.counts.device)
        return torch.repeat_interleave(rows, self.counts, output_size=len(self.numbers))

    def matrices(self) -> Tensor:
        """Lattice vectors as rows [B, 3, 3]; c along z, a in the x-z plane."""
        return lattice_matrices(self.lengths, self.angles)

    def positions(self) -> Tensor:
        """Cartesian coordinates in angstrom [A, 3]."""
        return torch.einsum("ai,aij->aj", self.frac, self.matrices()[self.crystal])


def lattice_matrices(lengths_B3: Tensor, angles_B3: Tensor) -> Tensor:
    """As `lattice.lattice_matrices`, differentiable inside valid cells."""
    a, b, c = lengths_B3.unbind(-1)
    alpha, beta, gamma = torch.deg2rad(angles_B3).unbind(-1)
    cosine = (alpha.cos() * beta.cos() - gamma.cos()) / (alpha.sin() * beta.sin())
    cosine = cosine.clamp(-1.0, 1.0)
    sine = (1.0 - cosine.square()).clamp_min(0.0).sqrt()
    zero = torch.zeros_like(a)
    rows = [
        torch.stack([a * beta.sin(), zero, a * beta.cos()], dim=-1),
        torch.stack([-b * alpha.sin() * cosine, b * alpha.sin() * sine, b * alpha.cos()], dim=-1),
        torch.stack([zero, zero, c], dim=-1),
    ]
    return torch.stack(rows, dim=-2)
