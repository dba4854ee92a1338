"""PeriodWave's estimator: one small U-Net reads the wave folded at several periods, and the readings add up.

Lee et al., "PeriodWave" (arXiv 2408.07547), section 3.2, in a small size.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from pydantic import BaseModel, ConfigDict, Field, model_validator
from torch import Tensor, nn
from torch.nn import functional

from ..wavehax.generator import Projection

STRIDE = 4
"""Of each level, in rows of the folded wave."""
LEVELS = 2
LEAST_FRAMES = 4
"""The conditioner reflects three frames at the ends."""


class PeriodWaveSettings(BaseModel):
    """Sizes; the defaults train on a processor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n_mels: int = Field(default=100, ge=1)
    hop: int = Field(default=160, ge=1)
    width: int = Field(default=32, ge=4)
    """Channels of the first level; doubled by each."""
    periods: tuple[int, ...] = (1, 2, 3)
    conditioner: int = Field(default=64, ge=4)
    steps: int = Field(default=16, ge=1)
    """Of the solver."""

    @model_validator(mode="after")
    def _fits(self) -> PeriodWaveSettings:
        if not self.periods or min(self.periods) < 1:
            raise ValueError("periods must be numbers of samples, 1 at least")
        if self.width % 2:
            raise ValueError("width must be even")
        return self


def fold(x_BCS: Tensor, period: int, rows: int = 1) -> Tensor:
    """[B, C, ceil, period]: consecutive samples side by side, zeros behind, rows a multiple of `rows`."""
    missing = -x_BCS.shape[-1] % (period * rows)
    return functional.pad(x_BCS, (0, missing)).unflatten(-1, (-1, period))


def unfold(x_BCRP: Tensor, samples: int) -> Tensor:
    """Back to [B, C, samples]."""
    return x_BCRP.flatten(2)[..., :samples]


class Residual(nn.Module):
    """SiLU and a (3, 1) convolution, dilated by 1 and by 2, around which the input goes by."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Conv2d(channels, channels, (3, 1), padding=(d, 0), dilation=(d, 1)) for d in (1, 2)
        )

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = x + layer(functional.silu(x))
        return x


class PeriodWave(nn.Module):
    """Velocity of the wave at time t, given log-mel; the same weights for all periods."""

    def __init__(self, settings: PeriodWaveSettings) -> None:
        super().__init__()
        self.settings = settings
        width, inner = settings.width, settings.conditioner
        sizes = [width * 2**level for level in range(LEVELS + 1)]
        self.condition = nn.Sequential(
            Projection(settings.n_mels, inner, 7, causal=False), nn.SiLU(), nn.Conv1d(inner, sizes[-1], 1)
        )
        self.period = nn.Embedding(len(settings.periods), width)
        self.time = nn.Sequential(nn.Linear(2 * width, 2 * width), nn.SiLU(), nn.Linear(2 * width, sizes[-1]))
        self.enter = nn.Conv2d(1, width, (7, 1), padding=(3, 0))
        self.down = nn.ModuleList(nn.Conv2d(a, b, (9, 1), (STRIDE, 1), (4, 0)) for a, b in pairwise(sizes))
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(b, a, (STRIDE, 1), (STRIDE, 1)) for a, b in pairwise(sizes)
        )
        self.residual_down = nn.ModuleList(Residual(size) for size in sizes[1:])
        self.residual_up = nn.ModuleList(Residual(size) for size in sizes[:-1])
        self.blend = nn.ModuleList(nn.Conv1d(width, width, 3, padding=d, dilation=d) for d in (1, 3, 5))
        self.leave = nn.Conv1d(width, 1, 7, padding=3)

    def forward(self, x_BS: Tensor, time_B: Tensor, log_mel_BMT: Tensor) -> Tensor:
        """dx / dt, [B, T * hop]."""
        condition = self._conditioned(log_mel_BMT)
        angles = 1_000 * time_B[:, None] * self._frequencies(x_BS)
        clock = torch.cat([angles.sin(), angles.cos()], 1)
        total = x_BS.new_zeros(())
        for number, period in enumerate(self.settings.periods):
            which = self.period.weight[number].expand(len(x_BS), -1)
            embedding = self.time(torch.cat([clock, which], 1))
            total = total + self._read(x_BS, period, condition, embedding)
        blended = total / math.sqrt(len(self.settings.periods))
        for layer in self.blend:
            blended = blended + layer(functional.silu(blended))
        return self.leave(functional.silu(blended))[:, 0]

    def _conditioned(self, log_mel_BMT: Tensor) -> Tensor:
        """[B, C, T]; where there are fewer frames than `LEAST_FRAMES`, the last is repeated first."""
        frames = log_mel_BMT.shape[-1]
        missing = max(LEAST_FRAMES - frames, 0)
        return self.condition(functional.pad(log_mel_BMT, (0, missing), mode="replicate"))[..., :frames]

    def _frequencies(self, like: Tensor) -> Tensor:
        half = self.settings.width // 2
        place = torch.arange(half, device=like.device, dtype=like.dtype)
        return torch.exp(-math.log(10_000) * place / max(half - 1, 1))

    def _read(self, x_BS: Tensor, period: int, condition_BCT: Tensor, embedding_BC: Tensor) -> Tensor:
        """The U-Net over the wave folded at one period, [B, width, S]."""
        x = self.enter(fold(x_BS[:, None], period, STRIDE**LEVELS))
        kept = []
        for layer, residual in zip(self.down, self.residual_down, strict=True):
            kept.append(x)
            x = residual(layer(functional.silu(x)))
        # A folded sample stands at its own time; each takes the frame there.
        place = torch.arange(x.shape[2] * period, device=x.device).view(x.shape[2], period)
        rows, columns = place // period, place % period
        frame = (rows * STRIDE**LEVELS * period + columns) // self.settings.hop
        x = x + condition_BCT[:, :, frame.clamp_max(condition_BCT.shape[-1] - 1)]
        x = x + embedding_BC[..., None, None]
        for level in reversed(range(LEVELS)):
            x = self.residual_up[level](self.up[level](functional.silu(x)) + kept[level])
        return unfold(x, x_BS.shape[1])
