"""The decoder: velocities of lattice and coordinates and the missing types, given a latent."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from .message_layer import MessageLayer, sender_weights
from .settings import FlowSettings
from .torus import centred
from .waves import pair_waves

TYPES = 100
"""Atomic numbers 1-100; 0 stands for a type not yet drawn."""
TIME_WAVES = 16


class Velocities(NamedTuple):
    """What moves a crystal at one time of the flow."""

    coordinates: Tensor
    """Fractional, per unit time, without mean motion [B, N, 3]."""
    lattice: Tensor
    """Of the standardised scaled lattice [B, 6]."""
    types: Tensor
    """Logits of the atomic number [B, N, 100], column Z - 1."""


class FlowDecoder(nn.Module):
    """Time, noisy lattice, noisy coordinates, partly known types and latent -> `Velocities`.

    Permuting atoms permutes the answer; shifting all atoms, or one by a lattice vector, changes nothing.
    Rotations do not occur, as a cell is its lengths and angles.
    """

    def __init__(self, settings: FlowSettings) -> None:
        super().__init__()
        hidden = settings.hidden
        self.frequencies = settings.frequencies
        self.element = nn.Embedding(TYPES + 1, hidden)
        self.no_latent = nn.Parameter(torch.zeros(hidden))
        self.latent = nn.Linear(settings.latent, hidden)
        self.cell = nn.Linear(6 + 2 * TIME_WAVES + 1, hidden)
        self.context = nn.Sequential(nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU())
        self.start = nn.Linear(hidden, hidden)
        self.layers = nn.ModuleList(
            MessageLayer(hidden, 6 * settings.frequencies, hidden) for _ in range(settings.layers)
        )
        self.norm = nn.LayerNorm(hidden)
        self.coordinates = nn.Linear(hidden, 3, bias=False)
        self.lattice = nn.Sequential(nn.Linear(2 * hidden, hidden), nn.SiLU(), nn.Linear(hidden, 6))
        self.types = nn.Linear(hidden, TYPES)

    def forward(
        self,
        time_B: Tensor,
        lattice_B6: Tensor,
        frac_BN3: Tensor,
        numbers_BN: Tensor,
        mask_BN: Tensor,
        latent_BL: Tensor,
        with_latent_B: Tensor,
    ) -> Velocities:
        """`numbers_BN`: 0 where not yet drawn. `with_latent_B`: False decodes without the latent."""
        latent = torch.where(with_latent_B.unsqueeze(-1), self.latent(latent_BL), self.no_latent)
        context = self.context(latent + self.cell(torch.cat([lattice_B6, _time(time_B)], dim=-1)))
        atoms = self.element(numbers_BN) + self.start(context).unsqueeze(1)
        waves = pair_waves(frac_BN3, self.frequencies)
        weights = sender_weights(mask_BN, atoms.dtype)
        for layer in self.layers:
            atoms = layer(atoms, waves, weights, context)
        atoms = self.norm(atoms)
        share = mask_BN.to(atoms.dtype) / mask_BN.sum(-1, keepdim=True)
        whole = torch.cat([torch.einsum("bn,bnh->bh", share, atoms), context], dim=-1)
        return Velocities(
            centred(self.coordinates(atoms), mask_BN), self.lattice(whole), self.types(functional.silu(atoms))
        )


def _time(time_B: Tensor) -> Tensor:
    k = torch.arange(1, TIME_WAVES + 1, dtype=time_B.dtype, device=time_B.device)
    angle = math.pi * time_B.unsqueeze(-1) * k / 2
    return torch.cat([time_B.unsqueeze(-1), angle.cos(), angle.sin()], dim=-1)
