"""The decoder of CDVAE: GemNet-dT told a latent vector, and a head for the elements."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from ..gemnet.gemnet_dt import GemNetDT
from ..gemnet.geometry import Geometry
from ..gemnet.settings import GemNetSettings
from .latent import ELEMENTS


class Decoded(NamedTuple):
    """What the decoder says of A atoms. It is not told how loud the noise is."""

    types: Tensor
    """Logits of the true elements [A, 100], column Z - 1."""
    pull: Tensor
    """[A, 3] in units of sigma: the score of the coordinates is pull / sigma."""


class CdvaeDecoder(nn.Module):
    """Noisy atoms to their elements and to where they belong.

    Args:
        latent: width of the latent vectors.
    """

    def __init__(self, settings: GemNetSettings, latent: int) -> None:
        super().__init__()
        self.gemnet = GemNetDT(settings, latent)
        self.types = nn.Linear(settings.width, ELEMENTS)

    def forward(self, numbers: Tensor, z: Tensor, geometry: Geometry) -> Decoded:
        """Atomic numbers [A], the latent vector of each atom's crystal [A, latent], and the edges."""
        answer = self.gemnet(numbers, z, geometry)
        return Decoded(self.types(answer.hidden), answer.forces)
