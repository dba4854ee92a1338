"""The transform whose magnitudes mel bands are made of, and its inverse."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .features.settings import FeatureSettings


class MelFrames:
    """Frames of `mel_fft` samples at the mel analysis' own places; the hop need not divide the window.

    Args:
        frames: T, how many frames a sound has.
    """

    def __init__(self, settings: FeatureSettings, frames: int) -> None:
        self.size, self.hop, self.frames = settings.mel_fft, settings.hop, frames
        self.edge = (self.size - self.hop) // 2
        self.window = torch.hann_window(self.size)
        weight = self._add((self.window**2)[None, :, None].expand(1, -1, frames))
        self.weight = weight.clamp_min(1e-8)

    def forward(self, x_BS: Tensor) -> Tensor:
        """Complex spectra [B, mel_fft / 2 + 1, T] of samples [B, T * hop]."""
        x = functional.pad(x_BS, (self.edge, self.edge))
        return torch.stft(x, self.size, self.hop, window=self.window, center=False, return_complex=True)

    def inverse(self, spectrum_BFT: Tensor) -> Tensor:
        """Samples [B, T * hop] whose spectra come nearest to these (Griffin and Lim, 1984, eq. 6)."""
        pieces = torch.fft.irfft(spectrum_BFT, n=self.size, dim=1) * self.window[:, None]
        return self._add(pieces) / self.weight

    def _add(self, pieces_BNT: Tensor) -> Tensor:
        length = (self.frames - 1) * self.hop + self.size
        total = functional.fold(pieces_BNT, (1, length), (1, self.size), stride=(1, self.hop))
        return total[:, 0, 0, self.edge : self.edge + self.frames * self.hop]
