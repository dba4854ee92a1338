"""The depthwise layer for training has the gradients of the plain one."""

import pytest
import torch
from fourfold.domains.audio.wavehax.depthwise import DepthwiseConvolution
from torch.nn import functional


@pytest.mark.parametrize(("channels", "kernel", "width"), [(3, (7, 5), 40), (5, (3, 13), 17), (1, (1, 1), 4)])
def test_gradients_equal_those_of_the_library(channels, kernel, width):
    torch.manual_seed(0)
    shape = (2, channels, 6 + kernel[0], width + kernel[1])
    x = torch.randn(shape, dtype=torch.float64).contiguous(memory_format=torch.channels_last)
    weight = torch.randn(channels, 1, *kernel, dtype=torch.float64)
    leaves = [x.requires_grad_(), weight.requires_grad_()]
    wanted = functional.conv2d(x, weight, groups=channels)
    made = DepthwiseConvolution.apply(x, weight)
    torch.testing.assert_close(made, wanted)
    direction = torch.randn_like(wanted)
    for ours, theirs in zip(
        torch.autograd.grad(made, leaves, direction),
        torch.autograd.grad(wanted, leaves, direction),
        strict=True,
    ):
        torch.testing.assert_close(ours, theirs)


def test_a_frozen_kernel_still_passes_the_gradient_on():
    x = torch.randn(1, 2, 5, 6, requires_grad=True)
    DepthwiseConvolution.apply(x, torch.ones(2, 1, 3, 3)).sum().backward()
    assert x.grad is not None
    assert float(x.grad[0, 0, 2, 2]) == 9
