"""What the decoder trains for: flow matching of lattice and coordinates, types one by one.

Flow matching after Lipman et al. (2023) on straight ways: x(t) = (1 - t) noise + t crystal for the lattice,
the shortest way on the torus for coordinates. Types are a masked discrete flow (Campbell et al., 2024): each
atom's type is hidden or known, and the decoder tells the hidden from the latent, the places and the rest.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .decoder import FlowDecoder
from .padded import Padded
from .settings import TYPES_DONE
from .torus import way_to_crystal


def flow_losses(
    decoder: FlowDecoder,
    batch: Padded,
    latent_BL: Tensor,
    without_latent: float,
    generator: torch.Generator | None = None,
) -> dict[str, Tensor]:
    """Losses of each crystal at a random moment on its way, [B] by name: coordinates, lattice, types.

    Args:
        without_latent: share of crystals decoded without theirs.
    """
    frac, numbers, mask, lattice = (batch[name] for name in ("frac", "numbers", "mask", "lattice"))
    size, device = len(frac), frac.device

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator, device=device)

    time = uniform(size)
    # Mostly as many types are known as the sampler knows at this time, sometimes any number.
    usual = 1 - time / TYPES_DONE + 0.3 * (uniform(size) - 0.5)
    hidden_share = torch.where(uniform(size) < 0.7, usual, uniform(size))
    noise = uniform(*frac.shape)
    way, numbers = way_to_crystal(noise, frac, numbers, mask)
    start = torch.randn(lattice.shape, generator=generator, device=device)
    hidden = (uniform(*mask.shape) < hidden_share.unsqueeze(-1)) & mask
    at = time.unsqueeze(-1)
    answer = decoder(
        time,
        (1 - at) * start + at * lattice,
        noise + at.unsqueeze(-1) * way,
        torch.where(hidden, 0, numbers),
        mask,
        latent_BL,
        uniform(size) >= without_latent,
    )
    entropy = functional.cross_entropy(
        answer.types.transpose(1, 2), (numbers - 1).clamp_min(0), reduction="none"
    )
    return {
        "coordinates": ((answer.coordinates - way).square().sum(-1) * mask).sum(-1) / mask.sum(-1),
        "lattice": (answer.lattice - (lattice - start)).square().mean(-1),
        "types": (entropy * hidden).sum(-1) / hidden.sum(-1).clamp_min(1),
    }
