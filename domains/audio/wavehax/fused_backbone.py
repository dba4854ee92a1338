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
    entered = torch.matmul(backbone.enter.weight, x_IFT.permute(2, 0, 1).contiguous())
    room.enter(entered, backbone.enter_norm, blocks[0])
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        room.finish(block, following)
    scale, shift = room.normaliser(backbone.leave_norm.framewise)
    weight, row, bias = _folded(backbone.leave_norm, backbone.leave)
    output = torch.matmul(weight, room.inside) * torch.from_numpy(scale)[:, None, None]
    output += torch.from_numpy(shift[:, None] * row + bias)[..., None]
    return output.permute(1, 2, 0)


class Room:
    """One image [T, C, F] with room around it for the depthwise kernel, and what it was convolved to.

    Rows of the latter are longer, by zeros, so that each begins on a line of the cache but they do not all
    fall on the same few lines.
    """

    def __init__(self, block: ConvNeXtBlock, frames: int, bins: int) -> None:
        from . import frame_kernels

        self.kernels = frame_kernels
        channels, inner = block.widen.in_features, block.widen.out_features
        step, lanes = frame_kernels.STEP, frame_kernels.COUNT
        self.frames, self.bins = frames, bins
        self.columns, rows = block.kernel[0] // 2, block.kernel[1] // 2
        self.before = 2 * rows if block.causal else rows
        whole = -(-frames // step) * step
        self.padded = np.zeros((whole + 2 * rows, channels, bins + 2 * self.columns), np.float32)
        image = self.padded[self.before : self.before + frames]
        self.inside = torch.from_numpy(image)[..., self.columns : self.columns + bins]
        stride = -(-bins // (2 * lanes)) * 2 * lanes + lanes
        self.convolved = torch.zeros(whole, channels, stride).numpy()
        self.hidden = torch.empty(inner * 2 * lanes).numpy()
        self.means, self.squares = np.empty((frames, channels)), np.empty((frames, channels))

    def enter(self, image_TCF: Tensor, norm: ImageNorm, block: ConvNeXtBlock) -> None:
        """Take an image, norm it, and convolve it for the first block."""
        self.inside.copy_(image_TCF)
        self.kernels.measure(self.padded, self.before, self.columns, self.means, self.squares)
        scale, shift = self.normaliser(norm.framewise)
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
        scale, shift = self.normaliser(block.norm.framewise)
        widen, row, bias = _folded(block.norm, block.widen)
        narrow = block.narrow.weight * block.scale[:, None]
        self.kernels.advance(
            self.padded,
            self.before,
            widen.T.contiguous().numpy(),
            scale,
            shift[:, None] * row + bias,
            narrow.T.contiguous().numpy(),
            (block.narrow.bias * block.scale).numpy(),
            _taps(block if following is None else following),
            following is None,
            self.convolved,
            self.hidden,
            self.means,
            self.squares,
        )

    def normaliser(self, framewise: bool) -> tuple[np.ndarray, np.ndarray]:
        """Factor and summand per frame, float32 [T], that give what was measured mean 0 and variance 1.

        Over each frame or, not framewise, over all: rows' moments are put together in double precision.
        """
        axes = 1 if framewise else (0, 1)
        mean = self.means.mean(axes, keepdims=True)
        variance = (self.squares / self.bins + (self.means - mean) ** 2).mean(axes, keepdims=True)
        factor = np.broadcast_to(1 / np.sqrt(variance + EPSILON), (self.frames, 1))[:, 0]
        shift = np.broadcast_to(-mean, (self.frames, 1))[:, 0] * factor
        return factor.astype(np.float32), shift.astype(np.float32)


def _taps(block: ConvNeXtBlock) -> np.ndarray:
    """Depthwise weights [C, bins, frames]."""
    return np.ascontiguousarray(block.depthwise.weight[:, 0].numpy())


def _folded(norm: ImageNorm, linear: nn.Linear) -> tuple[Tensor, np.ndarray, np.ndarray]:
    """Weight [K, C], its row sums [K] and bias [K] of a linear map after the norm.

    linear(norm(y)) = scale * (weight @ y) + shift * sums + bias, with scale and shift of `Room`.
    """
    weight = linear.weight * norm.weight
    bias = linear.weight @ norm.bias
    if linear.bias is not None:
        bias = bias + linear.bias
    return weight, weight.sum(1).numpy(), bias.numpy()
