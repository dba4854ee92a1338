"""Depthwise convolution of images in channels-last memory, with a weight gradient that vectorises.

The library's own backward pass of this layer costs more than all the rest of a block. Here the gradient of
the input is a forward convolution with the mirrored kernel, and that of the weight a sum of products that
runs along the channels.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

CHUNK = 16
"""Columns summed side by side: wide enough to vectorise, small enough to stay in the nearest cache."""


@numba.njit(cache=True, nogil=True, fastmath=True, boundscheck=False)
def weight_gradient(x: np.ndarray, gradient: np.ndarray, out: np.ndarray) -> None:
    """Add to out[i, j, c] the sum over b, h, w of x[b, h + i, w + j, c] * gradient[b, h, w, c].

    Args:
        x: [B, H + I - 1, (W + J - 1) * C]; gradient: [B, H, W * C]; both C-contiguous.
        out: [I, J, C].
    """
    batch, height, line = gradient.shape
    rows, columns, channels = out.shape
    size = CHUNK * channels
    flat_x, flat_g = x.reshape(-1), gradient.reshape(-1)
    products = np.empty(columns * size, out.dtype)
    for first in range(0, line, size):
        length = np.uintp(min(size, line - first))
        for i in range(rows):
            products[:] = 0
            for b in range(batch):
                for h in range(height):
                    g = np.uintp((b * height + h) * line + first)
                    left = np.uintp((b * x.shape[1] + h + i) * x.shape[2] + first)
                    total = np.uintp(0)
                    for _ in range(columns):
                        for k in range(length):  # unsigned: no index can be negative, so it vectorises
                            products[total + k] += flat_x[left + k] * flat_g[g + k]
                        left += np.uintp(channels)
                        total += np.uintp(size)
            for j in range(columns):
                for w in range(0, length, channels):
                    for c in range(channels):
                        out[i, j, c] += products[j * size + w + c]


class DepthwiseConvolution(torch.autograd.Function):
    """[B, C, H + I - 1, W + J - 1] and a kernel [C, 1, I, J] to [B, C, H, W], for training on the CPU."""

    @staticmethod
    def forward(ctx: Any, x_BCHW: Tensor, weight_C1IJ: Tensor) -> Tensor:
        ctx.save_for_backward(x_BCHW, weight_C1IJ)
        return functional.conv2d(x_BCHW, weight_C1IJ, groups=len(weight_C1IJ))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        x, weight = ctx.saved_tensors
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        of_input = of_weight = None
        if ctx.needs_input_grad[0]:
            room = [size - 1 for size in weight.shape[2:]]
            of_input = functional.conv2d(gradient, weight.flip(2, 3), groups=len(weight), padding=room)
        if ctx.needs_input_grad[1]:
            total = np.zeros((*weight.shape[2:], len(weight)), x.detach().numpy().dtype)
            rows = x.contiguous(memory_format=torch.channels_last).permute(0, 2, 3, 1).flatten(2).numpy()
            weight_gradient(rows, gradient.permute(0, 2, 3, 1).flatten(2).numpy(), total)
            of_weight = torch.from_numpy(total).permute(2, 0, 1)[:, None]
        return of_input, of_weight
