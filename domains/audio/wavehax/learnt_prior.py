"""The learnt prior of NaturalL2S (arXiv 2502.12002): harmonics and noise shaped before the network sees them.

The harmonic prior has equal harmonics; here they and the noise pass through a filter per frame that a few
layers read off the mel spectrum (harmonic plus filtered noise, as DDSP has it), on the generator's own bins.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .harmonic_prior import POWER

WIDTH = 64


class LearntPrior(nn.Module):
    """Spectrum of the shaped excitation; untrained it is nearly the harmonic prior as it comes.

    Gains are 2 sigmoid(x)^ln(10), as DDSP's controls. Each frame looks at itself alone, so that pieces and
    padded batches give what the whole gives.
    """

    def __init__(self, n_mels: int, bins: int) -> None:
        super().__init__()
        self.bins = bins
        self.layers = nn.Sequential(
            nn.Linear(n_mels, WIDTH), nn.LayerNorm(WIDTH), nn.LeakyReLU(0.2), nn.Linear(WIDTH, 2 * bins)
        )

    def start(self) -> None:
        """Flat gains: 1 for the harmonics, 0.1 (the prior's own noise) for the noise."""
        last = self.layers[-1]
        assert isinstance(last, nn.Linear)
        with torch.no_grad():
            last.weight.zero_()
            last.bias[: self.bins] = _control(1.0)
            last.bias[self.bins :] = _control(0.1)

    def gains(self, condition_BMT: Tensor) -> tuple[Tensor, Tensor]:
        """Of harmonics and of noise, [B, F, T] each."""
        controls = self.layers(condition_BMT.transpose(1, 2)).transpose(1, 2)
        gains = 2 * torch.sigmoid(controls) ** math.log(10)
        return gains[:, : self.bins], gains[:, self.bins :]

    def forward(self, condition_BMT: Tensor, harmonics_BFT: Tensor, noise_BFT: Tensor) -> Tensor:
        """Complex spectrum [B, F, T].

        Args:
            condition_BMT: standardised log-mel.
            harmonics_BFT: spectrum of the harmonic prior; noise_BFT: of standard normal noise.
        """
        of_harmonics, of_noise = self.gains(condition_BMT)
        return of_harmonics * harmonics_BFT + of_noise * (POWER * noise_BFT)


def _control(gain: float) -> float:
    """Where a control gives that gain."""
    share = (gain / 2) ** (1 / math.log(10))
    return math.log(share / (1 - share))
