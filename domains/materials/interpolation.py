"""Crystals between two others."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from .crystal_model import CrystalModel
from .crystals.crystal import joined
from .crystals.crystals import Crystals
from .flow.sampler import FlowSampling, FlowStart


def between(
    model: CrystalModel, start_1L: Tensor, end_1L: Tensor, points: int, sampling: FlowSampling, seed: int
) -> Crystals:
    """Crystals named between-0, ... of evenly spaced latents on a straight line, ends included.

    All are decoded from the same noise, so that only the latent makes them differ.
    """
    share = torch.linspace(0, 1, points).unsqueeze(-1)
    made = [
        model.decode(FlowStart(one[None], model.counts_of(one[None], sampling.bounds)), sampling, seed, "")
        for one in (1 - share) * start_1L + share * end_1L
    ]
    return replace(joined(made), ids=tuple(f"between-{i}" for i in range(points)))
