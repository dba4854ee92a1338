"""CDVAE-flow: crystals to a latent and back, with heads that read facts off the latent."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .decoder import TYPES, FlowDecoder
from .light_encoder import LightEncoder
from .padded import Padded
from .settings import FlowSettings


class CrystalAutoencoder(nn.Module):
    """Encoder, normal posterior, heads (as in CDVAE) and the flow decoder.

    Args:
        encoder: any module of `Padded` batches with `width` columns, taking (frac, numbers, mask, radial);
            None: the light one.
    """

    def __init__(self, settings: FlowSettings, encoder: nn.Module | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.encoder = LightEncoder(settings) if encoder is None else encoder
        width, latent = int(self.encoder.width), settings.latent  # type: ignore[arg-type] # of any module
        self.mean = nn.Linear(width, latent)
        self.log_variance = nn.Linear(width, latent)
        self.num_atoms = _head(latent, width, settings.max_atoms + 1)
        self.lattice = _head(latent, width, 6)
        self.composition = _head(latent, width, TYPES)
        self.property = _head(latent, width, 1)
        self.decoder = FlowDecoder(settings)

    def posterior(self, batch: Padded) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the latent, [B, latent] each."""
        vector = self.encoder(batch["frac"], batch["numbers"], batch["mask"], batch["radial"])
        return self.mean(vector), self.log_variance(vector).clamp(-12.0, 4.0)


def _head(latent: int, hidden: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(latent, hidden), nn.SiLU(), nn.Linear(hidden, out))


def drawn(mean_BL: Tensor, log_variance_BL: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """A draw from the posterior."""
    noise = torch.randn(mean_BL.shape, generator=generator, device=mean_BL.device)
    return mean_BL + noise * torch.exp(0.5 * log_variance_BL)
