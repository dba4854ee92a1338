"""Multi-resolution discriminator: 2-D convolutions over magnitude spectra of one resolution each.

Jang et al., "UnivNet" (2021), section 2.2; here with the kernels of Wavehax's recipe.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

from .period import SLOPE

LAYERS = (
    ((7, 5), (2, 2)),
    ((5, 3), (2, 1)),
    ((5, 3), (2, 2)),
    ((3, 3), (2, 1)),
    ((3, 3), (2, 2)),
    ((3, 3), (1, 1)),
)
"""Kernel and stride over frequency and time."""


class ResolutionDiscriminator(nn.Module):
    """One resolution: [B, S] to a map of scores and the six feature maps before it.

    Args:
        n_fft, hop: of the magnitude spectrum (centred, Hann).
        channels: width of all layers, 32 as published.
    """

    window: Tensor

    def __init__(self, n_fft: int, hop: int, channels: int) -> None:
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)
        self.enter = weight_norm(nn.Conv2d(1, channels, 1))
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(channels, channels, kernel, stride, (kernel[0] // 2, kernel[1] // 2)))
            for kernel, stride in LAYERS
        )
        self.score = weight_norm(nn.Conv2d(channels, 1, 1))

    def forward(self, x_BS: Tensor) -> tuple[Tensor, list[Tensor]]:
        spectrum = torch.stft(
            x_BS, self.n_fft, self.hop, window=self.window, center=True, return_complex=True
        )
        x = self.enter(spectrum.abs()[:, None])
        features = []
        for layer in self.layers:
            x = functional.leaky_relu(layer(x), SLOPE)
            features.append(x)
        return self.score(x), features
