"""Wavehax: from log-mel and a harmonic prior to samples, by 2-D convolutions on complex spectra.

Yoneyama et al., "Wavehax: aliasing-free neural waveform synthesis based on 2D convolution and harmonic prior
for reliable complex spectrogram estimation" (arXiv 2411.06807), section III.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..stft import STFT
from .block import ConvNeXtBlock, ImageNorm
from .settings import WavehaxSettings


class Projection(nn.Module):
    """A convolution along time that keeps its length: reflected at the ends, or zeros before when causal."""

    def __init__(self, inputs: int, outputs: int, kernel: int, causal: bool) -> None:
        super().__init__()
        self.padding, self.causal = kernel - 1, causal
        self.convolution = nn.Conv1d(inputs, outputs, kernel)

    def forward(self, x_BCT: Tensor) -> Tensor:
        half = self.padding // 2
        if self.causal:
            return self.convolution(functional.pad(x_BCT, (self.padding, 0)))
        return self.convolution(functional.pad(x_BCT, (half, self.padding - half), mode="reflect"))


class Wavehax(nn.Module):
    """Full-band generator (one stream).

    The prior's spectrum enters as real and imaginary image, and once more each through a shared projection
    over all bins; the mel spectrum is projected to a fifth image.
    """

    def __init__(self, settings: WavehaxSettings) -> None:
        super().__init__()
        if settings.streams != 1:
            raise ValueError("several streams are MultiStreamWavehax")
        self.settings = settings
        bins = settings.n_fft // 2 + 1
        kernel, causal = settings.projection_kernel, settings.causal
        self.stft = STFT(settings.n_fft, settings.hop)
        self.prior_projection = Projection(bins, bins, kernel, causal)
        self.condition_projection = Projection(settings.n_mels, bins, kernel, causal)
        self.backbone = Backbone(settings, inputs=5, outputs=2)
        initialise(self)

    def forward(self, condition_BMT: Tensor, prior_BS: Tensor) -> Tensor:
        """Samples [B, T * hop] from standardised log-mel [B, M, T] and the prior's [B, T * hop] samples."""
        spectrum = self.stft(prior_BS)
        real, imaginary = spectrum.real, spectrum.imag
        images = [
            real,
            imaginary,
            self.prior_projection(real),
            self.prior_projection(imaginary),
            self.condition_projection(condition_BMT),
        ]
        output = self.backbone(torch.stack(images, dim=1))
        return self.stft.inverse(torch.complex(output[:, 0], output[:, 1]))


class Backbone(nn.Module):
    """Images in, images out: mix, blocks, norm, mix. Works in channels-last memory."""

    def __init__(self, settings: WavehaxSettings, inputs: int, outputs: int) -> None:
        super().__init__()
        channels, framewise = settings.channels, settings.framewise_norm
        self.enter = nn.Linear(inputs, channels, bias=False)
        self.enter_norm = ImageNorm(channels, framewise)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(
                channels,
                settings.expansion,
                settings.kernel,
                1 / settings.blocks,
                framewise,
                settings.causal,
            )
            for _ in range(settings.blocks)
        )
        self.leave_norm = ImageNorm(channels, framewise)
        self.leave = nn.Linear(channels, outputs)

    def forward(self, x_BIFT: Tensor) -> Tensor:
        x = self.enter(x_BIFT.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        x = self.enter_norm(x)
        for block in self.blocks:
            x = block(x)
        x = self.leave_norm(x)
        return self.leave(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def initialise(network: nn.Module) -> None:
    """Weights of all convolutions and linear maps from a truncated normal of deviation 0.02, biases 0."""
    for module in network.modules():
        if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Linear)):
            nn.init.trunc_normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
