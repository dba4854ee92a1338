"""Training step of the depthwise layer: channels last with our gradients, against the reference layout.

Run: python -m benchmarks.audio_depthwise. Target: at least 2x. Forward and backward of the 7 x 7 layer of
Wavehax v1 on a batch of 4 crops of 32 frames, reflected padding included, one thread, in turns. The peer is
what the original does: `nn.Conv2d` with `padding_mode="reflect"` in the default layout. Beside it, the whole
block.
"""

from __future__ import annotations

import time

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import torch  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold.domains.audio.wavehax.block import ConvNeXtBlock  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional  # noqa: E402

BATCH, CHANNELS, BINS, FRAMES, KERNEL = 4, 32, 241, 32, (7, 7)


class PeerBlock(nn.Module):
    """The block with layers in the default layout, [B, C, F, T]."""

    def __init__(self, ours: ConvNeXtBlock) -> None:
        super().__init__()
        half = (KERNEL[0] // 2, KERNEL[1] // 2)
        self.depthwise = nn.Conv2d(
            CHANNELS, CHANNELS, KERNEL, padding=half, padding_mode="reflect", groups=CHANNELS, bias=False
        )
        self.norm = nn.GroupNorm(1, CHANNELS, eps=1e-6)
        self.widen, self.narrow = nn.Conv2d(CHANNELS, 64, 1), nn.Conv2d(64, CHANNELS, 1)
        self.scale = nn.Parameter(ours.scale.detach()[:, None, None].clone())
        with torch.no_grad():
            self.depthwise.weight.copy_(ours.depthwise.weight)
            for mine, theirs in ((self.widen, ours.widen), (self.narrow, ours.narrow)):
                mine.weight.copy_(theirs.weight[:, :, None, None])
                mine.bias.copy_(theirs.bias)  # pyright: ignore[reportOptionalMemberAccess]

    def forward(self, x_BCFT: Tensor) -> Tensor:
        y = self.widen(self.norm(self.depthwise(x_BCFT)))
        return x_BCFT + self.scale * self.narrow(functional.gelu(y))


def step(layer: nn.Module, x: Tensor, direction: Tensor, call: object = None) -> Tensor:
    """Forward and backward; the input's gradient."""
    x.grad = None
    layer.zero_grad()
    forward = call if callable(call) else layer
    forward(x).backward(direction)
    assert x.grad is not None
    return x.grad


def main() -> None:
    torch.manual_seed(0)
    ours = ConvNeXtBlock(CHANNELS, 2, KERNEL, 0.125, framewise_norm=False, causal=False)
    peer = PeerBlock(ours)
    values = torch.randn(BATCH, CHANNELS, BINS, FRAMES)
    theirs = values.clone().requires_grad_()
    last = values.permute(0, 1, 3, 2).contiguous(memory_format=torch.channels_last).requires_grad_()
    upward = torch.randn_like(values)
    turned = upward.permute(0, 1, 3, 2).contiguous(memory_format=torch.channels_last)
    mine = values.permute(0, 3, 2, 1).contiguous().requires_grad_()
    high = upward.permute(0, 3, 2, 1).contiguous()
    payload: dict = {"target": "speedup of at least 2 of the depthwise layer"}
    cases = {
        "depthwise": (
            lambda: step(ours, last, turned, lambda x: ours._convolve(ours.pad(x))).permute(0, 1, 3, 2),
            lambda: step(peer, theirs, upward, peer.depthwise),
        ),
        "block": (
            lambda: step(ours, mine, high, ours.frames_first).permute(0, 3, 2, 1),
            lambda: step(peer, theirs, upward),
        ),
    }
    for name, (a, b) in cases.items():
        wanted = b().clone()
        difference = float((a() - wanted).abs().max() / wanted.abs().max())
        times = interleave({"ours": a, "peer": b}, repeats=9, clock=time.process_time)
        summary = ratio_summary(times)
        print(report(name, summary), f"gradients differ by {difference:.1e} of the largest", flush=True)
        payload[name] = {"largest_relative_difference": difference, **summary}
    print("wrote", write_result("audio_depthwise", payload))


if __name__ == "__main__":
    main()
