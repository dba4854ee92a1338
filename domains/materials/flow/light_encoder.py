"""The light encoder: crystals to one vector each, from distances and waves of all pairs of a cell."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .message_layer import MessageLayer, sender_weights
from .settings import FlowSettings
from .waves import pair_waves


class LightEncoder(nn.Module):
    """Messages between all atoms of a cell, no neighbour list and no triplets: made for processors.

    Permuting or shifting atoms changes nothing, nor does a lattice vector added to one of them.
    """

    def __init__(self, settings: FlowSettings) -> None:
        super().__init__()
        hidden = settings.encoder_hidden
        self.width = 2 * hidden
        """Columns of what comes out."""
        self.frequencies = settings.encoder_frequencies
        self.element = nn.Embedding(101, hidden)
        pair = settings.radial + 6 * settings.encoder_frequencies
        self.layers = nn.ModuleList(MessageLayer(hidden, pair) for _ in range(settings.encoder_layers))
        self.norm = nn.LayerNorm(hidden)
        self.out = nn.Sequential(nn.Linear(hidden, 2 * hidden), nn.SiLU())

    def forward(self, frac_BN3: Tensor, numbers_BN: Tensor, mask_BN: Tensor, radial_BNNR: Tensor) -> Tensor:
        """Mean over the crystal's atoms, [B, width]. `radial_BNNR`: of `radial_densities`."""
        pairs = torch.cat([radial_BNNR, pair_waves(frac_BN3, self.frequencies)], dim=-1)
        weights = sender_weights(mask_BN, radial_BNNR.dtype)
        atoms = self.element(numbers_BN)
        for layer in self.layers:
            atoms = layer(atoms, pairs, weights)
        share = mask_BN.to(atoms.dtype) / mask_BN.sum(-1, keepdim=True)
        return torch.einsum("bn,bnh->bh", share, self.out(self.norm(atoms)))
