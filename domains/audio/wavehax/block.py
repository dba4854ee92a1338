"""The ConvNeXt block of Wavehax on time-frequency images, in channels-last memory throughout.

Letters in tensor names: B utterances, C channels, F frequency bins, T frames. Images lie in memory as
[B, T, F, C], so that a frame is one piece; the public methods take and give views [B, C, F, T] of that.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .depthwise import DepthwiseConvolution
from .row_ends import RowEnds


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
        y_BTFC = self.normalise(x_BCFT.permute(0, 3, 2, 1)) * self.weight + self.bias
        return y_BTFC.permute(0, 3, 2, 1)

    def normalise(self, x_BTFC: Tensor, ends: RowEnds | None = None) -> Tensor:
        """Without weight and bias; `ends` are those of the rows of a padded batch."""
        if ends is None or self.framewise:
            return functional.layer_norm(x_BTFC, x_BTFC.shape[2 if self.framewise else 1 :], eps=1e-6)
        axes = (1, 2, 3)
        count = (ends.length_B * x_BTFC[0, 0].numel()).view(-1, 1, 1, 1)
        mean = ends.cut(x_BTFC, 1).sum(axes, keepdim=True) / count
        away = x_BTFC - mean
        variance = ends.cut(away, 1).square().sum(axes, keepdim=True) / count
        return away * torch.rsqrt(variance + 1e-6)

    def then(self, linear: nn.Linear, x_BTFC: Tensor, ends: RowEnds | None = None) -> Tensor:
        """Norm and a linear map over channels; weight and bias go into the map, which saves two passes."""
        bias = linear.weight @ self.bias
        if linear.bias is not None:
            bias = bias + linear.bias
        return functional.linear(self.normalise(x_BTFC, ends), linear.weight * self.weight, bias)


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
        return self.frames_first(x_BCFT.permute(0, 3, 2, 1).contiguous()).permute(0, 3, 2, 1)

    def frames_first(self, x_BTFC: Tensor, ends: RowEnds | None = None) -> Tensor:
        """The block on images as they lie in memory; `ends` are those of the rows of a padded batch."""
        if ends is None or self.causal:
            return self._add_to(x_BTFC, self.pad(x_BTFC.permute(0, 3, 1, 2)), ends)
        wide = ends.widened(x_BTFC, self.kernel[1] // 2, 1)
        return self._add_to(x_BTFC, self._reflect_bins(wide.permute(0, 3, 1, 2)), ends)

    def of_wide(self, wide_BTFC: Tensor) -> Tensor:
        """The block on images that carry all frames beside them which the kernel reaches (`reach`)."""
        before, after = self.reach
        inside = wide_BTFC[:, before : wide_BTFC.shape[1] - after]
        return self._add_to(inside, self._reflect_bins(wide_BTFC.permute(0, 3, 1, 2)), None)

    @property
    def reach(self) -> tuple[int, int]:
        """Frames before and after a frame that it depends on."""
        half = self.kernel[1] // 2
        return (2 * half, 0) if self.causal else (half, half)

    def _add_to(self, x_BTFC: Tensor, padded_BCTF: Tensor, ends: RowEnds | None) -> Tensor:
        y = self._convolve(padded_BCTF).permute(0, 2, 3, 1)
        y = functional.gelu(self.norm.then(self.widen, y, ends))
        weight, bias = self.narrow.weight * self.scale[:, None], self.narrow.bias * self.scale
        return x_BTFC + functional.linear(y, weight, bias)

    def _convolve(self, x_BCTF: Tensor) -> Tensor:
        weight = self.depthwise.weight.transpose(2, 3)
        if torch.is_grad_enabled() and x_BCTF.device.type == "cpu" and not torch.compiler.is_compiling():
            return DepthwiseConvolution.apply(x_BCTF, weight)  # pyright: ignore[reportReturnType]
        return functional.conv2d(x_BCTF, weight, groups=len(weight))

    def pad(self, x_BCTF: Tensor) -> Tensor:
        """Room for the depthwise kernel on all sides."""
        bins, frames = self.kernel[0] // 2, self.kernel[1] // 2
        if not self.causal:
            return functional.pad(x_BCTF, (bins, bins, frames, frames), mode="reflect")
        return functional.pad(self._reflect_bins(x_BCTF), (0, 0, 2 * frames, 0))

    def _reflect_bins(self, x_BCTF: Tensor) -> Tensor:
        bins = self.kernel[0] // 2
        return functional.pad(x_BCTF, (bins, bins, 0, 0), mode="reflect")
