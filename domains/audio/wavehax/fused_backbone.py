"""The generator's backbone for synthesis on a processor: the same numbers, without the layouts of training.

The norm is folded into the pointwise layers around it, these run in registers, and each image passes through
memory once a block (`frame_kernels`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from .block import ConvNeXtBlock, ImageNorm

if TYPE_CHECKING:
    from .generator import Backbone

EPSILON = 1e-6
"""Of the norm."""


def applies(backbone: Backbone, x_BIFT: Tensor) -> bool:
    """Whether `run` may stand in: no gradients, no tracing, float32 on the processor, one or two threads."""
    first = backbone.blocks[0]
    assert isinstance(first, ConvNeXtBlock)
    columns, rows = first.kernel
    return (
        not torch.is_grad_enabled()
        and not torch.compiler.is_compiling()
        and not torch._C._get_tracing_state()
        and x_BIFT.device.type == "cpu"
        and x_BIFT.dtype == first.depthwise.weight.dtype == torch.float32
        and torch.get_num_threads() <= 2
        and rows == 7
        and first.widen.in_features % 8 == 0
        and first.widen.out_features % 8 == 0
        and x_BIFT.shape[2] >= 32 + columns
        and x_BIFT.shape[3] >= 4
    )


def run(backbone: Backbone, x_BIFT: Tensor) -> Tensor:
    """Images in, images out [B, outputs, F, T], as `Backbone.forward`."""
    return torch.stack([_one(backbone, x_IFT) for x_IFT in x_BIFT])


def _one(backbone: Backbone, x_IFT: Tensor) -> Tensor:
    blocks = [block for block in backbone.blocks if isinstance(block, ConvNeXtBlock)]
    room = Room(blocks[0], x_IFT.shape[2], x_IFT.shape[1])
    room.enter(x_IFT, backbone.enter.weight, backbone.enter_norm, blocks[0])
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        room.finish(block, following)
    return room.leave(backbone.leave_norm, backbone.leave)


class Room:
    """One image [T, C, F] with room around it for the depthwise kernel, and what it was convolved to.

    Rows of the latter are longer, by zeros, so that each begins on a line of the cache but they do not all
    fall on the same few lines.
    """

    def __init__(self, block: ConvNeXtBlock, frames: int, bins: int) -> None:
        from . import frame_ends, frame_kernels

        self.kernels, self.ends = frame_kernels, frame_ends
        channels, inner = block.widen.in_features, block.widen.out_features
        step, lanes = frame_kernels.STEP, frame_kernels.COUNT
        self.frames, self.bins = frames, bins
        self.columns, rows = block.kernel[0] // 2, block.kernel[1] // 2
        self.before = 2 * rows if block.causal else rows
        whole = -(-frames // step) * step
        self.padded = np.zeros((whole + 2 * rows, channels, bins + 2 * self.columns), np.float32)
        stride = -(-bins // (2 * lanes)) * 2 * lanes + lanes
        self.convolved = torch.zeros(whole, channels, stride).numpy()
        self.hidden = torch.empty(inner * 2 * lanes).numpy()
        self.added = torch.empty(channels * stride).numpy()
        self.means, self.squares = np.empty((frames, channels)), np.empty((frames, channels))

    def enter(self, x_IFT: Tensor, weight_CI: Tensor, norm: ImageNorm, block: ConvNeXtBlock) -> None:
        """Mix images to channels, norm these, and convolve them for the first block."""
        images = x_IFT.permute(2, 0, 1).contiguous().numpy()
        self.ends.mix_in(
            images, weight_CI.numpy(), self.padded, self.before, self.columns, self.means, self.squares
        )
        scale, shift = self.normaliser(norm)
        weight, bias = norm.weight.numpy(), norm.bias.numpy()
        self.kernels.begin(
            self.padded,
            self.before,
            self.columns,
            scale[:, None] * weight,
            shift[:, None] * weight + bias,
            _taps(block),
            self.convolved,
            self.means,
            self.squares,
        )

    def finish(self, block: ConvNeXtBlock, following: ConvNeXtBlock | None) -> None:
        """What comes after the block's convolution, and the convolution of the following block."""
        scale, shift = self.normaliser(block.norm)
        widen, added = self._folded(block.norm, block.widen, shift)
        narrow, bias = block.narrow, block.narrow.bias
        self.kernels.advance(
            self.padded,
            self.before,
            widen,
            scale,
            added,
            *self.ends.scaled(narrow.weight.numpy(), bias.numpy(), block.scale.numpy()),
            _taps(block if following is None else following),
            following is None,
            self.convolved,
            self.hidden,
            self.added,
            self.means,
            self.squares,
        )

    def leave(self, norm: ImageNorm, mix: nn.Linear) -> Tensor:
        """Images [outputs, F, T] of the normed channels."""
        scale, shift = self.normaliser(norm)
        weight, added = self._folded(norm, mix, shift)
        out = np.empty((self.frames, mix.out_features, self.bins), np.float32)
        self.ends.mix_out(self.padded, self.before, self.columns, weight, scale, added, out)
        return torch.from_numpy(out).permute(1, 2, 0)

    def normaliser(self, norm: ImageNorm) -> tuple[np.ndarray, np.ndarray]:
        """Factor and summand per frame, float32 [T], of what was measured last."""
        return self.ends.normaliser(self.means, self.squares, self.bins, norm.framewise, EPSILON)

    def _folded(self, norm: ImageNorm, linear: nn.Linear, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        weights = (linear.weight, norm.weight, norm.bias, linear.bias)
        return self.ends.folded(*(weight.numpy() for weight in weights), shift)


def _taps(block: ConvNeXtBlock) -> np.ndarray:
    """Depthwise weights [C, bins, frames]."""
    return np.ascontiguousarray(block.depthwise.weight[:, 0].numpy())
