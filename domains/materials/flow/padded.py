"""Crystals as padded tensors, and as samples for the training core."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..crystals.crystals import Crystals
from .radial_density import radial_densities
from .scaled_lattice import LatticeScale
from .settings import FlowSettings

Padded = dict[str, Tensor]
"""frac [B, N, 3], numbers int64 [B, N] (0: no atom), mask bool [B, N], lattice [B, 6] standardised,
radial [B, N, N, shells], property [B] standardised with known bool [B]."""


class PaddedSource:
    """Crystals by index, padded to the largest of the batch.

    Args:
        values: standardised property of each crystal, NaN where unknown; None: none is known.

    Attributes:
        posterior: mean and log variance of the latents, [M, latent] each. When set, batches hold them as
            "mean" and "log_variance" in place of what only the encoder needs.
    """

    posterior: tuple[Tensor, Tensor] | None = None

    def __init__(
        self,
        crystals: Crystals,
        settings: FlowSettings,
        scale: LatticeScale,
        values: np.ndarray | None = None,
    ) -> None:
        self.crystals = crystals
        self.lattice = scale.standardise(crystals.lengths, crystals.angles, crystals.counts)
        self.radial, self.pairs = radial_densities(crystals, settings.cutoff, settings.radial)
        self.values = np.full(len(crystals), np.nan) if values is None else np.asarray(values, np.float64)

    def __len__(self) -> int:
        return len(self.crystals)

    def batch(self, indices: np.ndarray) -> Padded:
        """The crystals at `indices`, int64 [B]."""
        indices = np.asarray(indices, np.int64)
        counts = self.crystals.counts[indices]
        widest = int(counts.max())
        slots = np.arange(widest)
        mask = slots < counts[:, None]
        atoms = np.where(mask, self.crystals.offsets[indices][:, None] + slots, 0)
        cell = {
            "frac": _float(np.where(mask[..., None], self.crystals.frac[atoms], 0.0)),
            "numbers": torch.from_numpy(np.where(mask, self.crystals.numbers[atoms], 0).astype(np.int64)),
            "mask": torch.from_numpy(mask),
            "lattice": _float(self.lattice[indices]),
        }
        if self.posterior is not None:
            mean, log_variance = (x[torch.from_numpy(indices)] for x in self.posterior)
            return {**cell, "mean": mean, "log_variance": log_variance}
        pairs = self.pairs[indices][:, None, None] + slots[:, None] * counts[:, None, None] + slots
        both = mask[:, :, None] & mask[:, None, :]
        radial = np.where(both[..., None], self.radial[np.where(both, pairs, 0)], 0)
        values = self.values[indices]
        return {
            **cell,
            "radial": _float(radial),
            "property": _float(np.nan_to_num(values)),
            "known": torch.from_numpy(np.isfinite(values)),
        }


def by_size(batch: Padded, pieces: int = 4) -> list[Padded]:
    """The batch in pieces of crystals of like size, each padded no wider than it needs.

    Pairs of atoms are what the networks cost, so mixed sizes take less than half the time in pieces.
    """
    counts = batch["mask"].sum(-1)
    if bool((counts == counts[0]).all()):
        return [batch]
    parts = []
    for rows in counts.argsort(stable=True).tensor_split(pieces):
        if len(rows):
            widest = int(counts[rows].max())
            parts.append({name: _narrow(values[rows], name, widest) for name, values in batch.items()})
    return parts


def _narrow(values: Tensor, name: str, widest: int) -> Tensor:
    if name == "radial":
        return values[:, :widest, :widest]
    return values[:, :widest] if name in ("frac", "numbers", "mask") else values


def _float(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))
