"""HiFi-GAN's generator, to measure against: Kong et al., "HiFi-GAN" (2020), section 2.2, configuration V1.

Transposed convolutions lengthen the mel spectrum; after each, three stacks of dilated convolutions with
different kernels ("multi-receptive field fusion") are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

SLOPE = 0.1


@dataclass(frozen=True)
class HiFiGANSizes:
    """Sizes of a generator; V1 of the paper by default (80 mels, hop 256: 13,926,017 parameters)."""

    n_mels: int = 80
    width: int = 512
    """Channels before the first lengthening; halved by each."""
    rates: tuple[int, ...] = (8, 8, 2, 2)
    kernels: tuple[int, ...] = (16, 16, 4, 4)
    """Of the transposed convolutions."""
    stack_kernels: tuple[int, ...] = (3, 7, 11)
    dilations: tuple[int, ...] = (1, 3, 5)


V1_24K = HiFiGANSizes(n_mels=100, rates=(5, 4, 4, 3), kernels=(10, 8, 8, 6))
"""V1 at hop 240 and 100 mels, for 24 kHz; 12,985,985 parameters."""
V1_24K_PARAMETERS = 12_985_985


class DilatedStack(nn.Module):
    """Residual pairs of a dilated and a plain convolution, one pair per dilation ("ResBlock1")."""

    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.dilated = nn.ModuleList(
            nn.Conv1d(channels, channels, kernel, dilation=d, padding=d * (kernel - 1) // 2)
            for d in dilations
        )
        self.plain = nn.ModuleList(
            nn.Conv1d(channels, channels, kernel, padding=(kernel - 1) // 2) for _ in dilations
        )

    def forward(self, x_BCS: Tensor) -> Tensor:
        for dilated, plain in zip(self.dilated, self.plain, strict=True):
            y = dilated(functional.leaky_relu(x_BCS, SLOPE))
            x_BCS = x_BCS + plain(functional.leaky_relu(y, SLOPE))
        return x_BCS


class HiFiGAN(nn.Module):
    """Log-mel [B, M, T] to samples [B, T * hop], hop the product of the rates.

    Weight norm is left out: it is folded into the weights for synthesis.
    """

    def __init__(self, sizes: HiFiGANSizes) -> None:
        super().__init__()
        self.enter = nn.Conv1d(sizes.n_mels, sizes.width, 7, padding=3)
        self.lengthen, self.stacks = nn.ModuleList(), nn.ModuleList()
        width = sizes.width
        for rate, kernel in zip(sizes.rates, sizes.kernels, strict=True):
            padding, extra = (kernel - rate + 1) // 2, (kernel - rate) % 2
            self.lengthen.append(
                nn.ConvTranspose1d(width, width // 2, kernel, rate, padding, output_padding=extra)
            )
            width //= 2
            self.stacks.append(
                nn.ModuleList(DilatedStack(width, k, sizes.dilations) for k in sizes.stack_kernels)
            )
        self.leave = nn.Conv1d(width, 1, 7, padding=3)

    def forward(self, condition_BMT: Tensor) -> Tensor:
        x = self.enter(condition_BMT)
        for lengthen, stacks in zip(self.lengthen, self.stacks, strict=True):
            x = lengthen(functional.leaky_relu(x, SLOPE))
            assert isinstance(stacks, nn.ModuleList)
            x = torch.stack([stack(x) for stack in stacks]).mean(0)
        return torch.tanh(self.leave(functional.leaky_relu(x, 0.01)))[:, 0]
