"""Crystals by index for the training core, with the encoder's edges found once."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ....shared.errors import InputError
from ..crystals.batch import CrystalBatch
from ..crystals.crystals import Crystals
from ..message_graph import MessageGraph
from ..neighbors.neighbor_list import neighbor_list
from .noise import Noise
from .settings import CdvaeSettings


class CrystalSource:
    """Batches {"crystals": CrystalBatch, "graph": MessageGraph, "property": [B], "noise": Noise if seeded}.

    Args:
        values: property of each crystal, float [M], NaN where unknown; None: all unknown.
        noise_seed: draw each crystal's noise from this and its row, the same each time (for validation);
            None: leave noise to the training.

    Raises:
        InputError: `values` of another length.
    """

    def __init__(
        self,
        crystals: Crystals,
        settings: CdvaeSettings,
        values: np.ndarray | None = None,
        noise_seed: int | None = None,
    ) -> None:
        if values is not None and np.shape(values) != (len(crystals),):
            raise InputError(
                "values", f"has shape {np.shape(values)}", expected=f"({len(crystals)},), one a crystal"
            )
        self.crystals, self.settings, self.noise_seed = crystals, settings, noise_seed
        known = np.full(len(crystals), np.nan) if values is None else np.asarray(values, np.float64)
        self.values = known
        encoder = settings.latent.encoder
        self.neighbors = neighbor_list(
            crystals,
            encoder.cutoff,
            max_neighbors=encoder.max_neighbors,
            whole_shells=True,
        )

    def __len__(self) -> int:
        return len(self.crystals)

    def batch(self, indices: np.ndarray) -> dict[str, Any]:
        """The crystals at `indices`, int64 [B]."""
        found = self.neighbors.take(indices)
        batch: dict[str, Any] = {
            "crystals": CrystalBatch.of(self.crystals, indices, torch.get_default_dtype()),
            "graph": MessageGraph(
                torch.as_tensor(found.sender).long(),
                torch.as_tensor(found.receiver).long(),
                torch.as_tensor(found.image).long(),
            ),
            "property": torch.as_tensor(self.values[indices]).to(torch.get_default_dtype()),
        }
        if self.noise_seed is not None:
            counts = self.crystals.counts[indices]
            width, levels = self.settings.latent.width, self.settings.noise.levels
            batch["noise"] = Noise.fixed(indices, counts, width, levels, self.noise_seed)
        return batch
