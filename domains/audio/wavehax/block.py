"""The ConvNeXt block of Wavehax on time-frequency images, in channels-last memory throughout.

Letters in tensor names: B utterances, C channels, F frequency bins, T frames.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class ImageNorm(nn.Module):
    """Layer norm of an image with a weight per channel, statistics over (C, F, T), or (C, F) of every frame.

    The first is group norm with one group; variance is biased, eps 1e-6.
    """

    def __init__(self, channels: int, framewise: bool) -> None:
        super().__init__()
        self.framewise = framewise
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x_BCFT: Tensor) -> Tensor:
        if not self.framewise:
            return functional.group_norm(x_BCFT, 1, self.weight, self.bias, eps=1e-6)
        variance, mean = torch.var_mean(x_BCFT, dim=(1, 2), keepdim=True, correction=0)
        scale = torch.rsqrt(variance + 1e-6)
        return (x_BCFT - mean) * scale * self.weight[:, None, None] + self.bias[:, None, None]


class ConvNeXtBlock(nn.Module):
    """Depthwise convolution, norm, two pointwise layers with an exact GELU between, scale, residual.

    Frequency is padded by reflection, time by reflection or, when causal, with zeros before.

    Args:
        channels: C; inner width is `expansion` times that.
        kernel: frequency bins, frames.
        scale: start of the learnt weight per channel (1 over the number of blocks).
    """

    def __init__(
        self,
        channels: int,
        expansion: int,
        kernel: tuple[int, int],
        scale: float,
        framewise_norm: bool,
        causal: bool,
    ) -> None:
        super().__init__()
        self.kernel, self.causal = kernel, causal
        self.depthwise = nn.Conv2d(channels, channels, kernel, groups=channels, bias=False)
        self.norm = ImageNorm(channels, framewise_norm)
        self.widen = nn.Linear(channels, channels * expansion)
        self.narrow = nn.Linear(channels * expansion, channels)
        self.scale = nn.Parameter(torch.full((channels,), scale))

    def forward(self, x_BCFT: Tensor) -> Tensor:
        y = self.norm(self.depthwise(self.pad(x_BCFT)))
        y_BFTC = y.permute(0, 2, 3, 1)  # a view: the memory is channels-last
        y_BFTC = self.narrow(functional.gelu(self.widen(y_BFTC))) * self.scale
        return x_BCFT + y_BFTC.permute(0, 3, 1, 2)

    def pad(self, x_BCFT: Tensor) -> Tensor:
        """Room for the depthwise kernel on all sides."""
        bins, frames = self.kernel[0] // 2, self.kernel[1] // 2
        if not self.causal:
            return functional.pad(x_BCFT, (frames, frames, bins, bins), mode="reflect")
        return functional.pad(
            functional.pad(x_BCFT, (0, 0, bins, bins), mode="reflect"), (self.kernel[1] - 1, 0)
        )
