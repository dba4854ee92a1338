"""Trend, season and residual of a window: learnt maps (paper) or the STL operator itself."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from ...decomposition.operator import stl_operator


class Parts(NamedTuple):
    """Three [B, L] components that add up to the window."""

    trend: Tensor
    season: Tensor
    residual: Tensor


class LearnedDecomposition(nn.Module):
    """TEMPO's trainable split (released code, tempo/models/TEMPO.py; sizes in the paper's appendix).

    Trend is a linear map of the moving average, season a two-layer map of what is left; the residual
    is the exact rest, so the parts always add up to the window.
    """

    def __init__(self, lookback: int, kernel: int = 25) -> None:
        super().__init__()
        self.kernel = kernel
        self.map_trend = nn.Linear(lookback, lookback)
        self.map_season = nn.Sequential(
            nn.Linear(lookback, 4 * lookback), nn.ReLU(), nn.Linear(4 * lookback, lookback)
        )

    def forward(self, x_BL: Tensor) -> Parts:
        side = (self.kernel - 1) // 2
        padded = functional.pad(x_BL[:, None], (side, self.kernel - 1 - side), mode="replicate")
        trend = self.map_trend(functional.avg_pool1d(padded, self.kernel, 1)[:, 0])
        season = self.map_season(x_BL - trend)
        return Parts(trend, season, x_BL - trend - season)


@lru_cache(maxsize=128)
def stl_matrices(lookback: int, period: int) -> tuple[Tensor, Tensor]:
    """STL's trend and seasonal operators, float32 [L, L]; without a usable season, a local trend alone.

    A period that fits fewer than twice into the window has no season that STL could tell from a trend.
    """
    if 2 <= period <= lookback // 2:
        operator = stl_operator(lookback, period)
        trend, season = operator.trend, operator.seasonal
    else:
        trend, season = _local_mean(lookback, 25), np.zeros((lookback, lookback))
    return (
        torch.from_numpy(np.ascontiguousarray(trend, dtype=np.float32)),
        torch.from_numpy(np.ascontiguousarray(season, dtype=np.float32)),
    )


def _local_mean(lookback: int, kernel: int) -> np.ndarray:
    """Centred moving average with shrinking ends, [L, L]."""
    steps = np.arange(lookback)
    near = np.abs(steps[:, None] - steps[None, :]) <= kernel // 2
    return near / near.sum(1, keepdims=True)


def stl_parts(x_BL: Tensor, period_B: Tensor) -> Parts:
    """STL of every window at its own period: one matmul for each period in the batch."""
    trend, season = torch.empty_like(x_BL), torch.empty_like(x_BL)
    for period in period_B.unique().tolist():
        rows = period_B == period
        trend_LL, season_LL = (m.to(x_BL.device) for m in stl_matrices(x_BL.shape[1], int(period)))
        trend[rows] = x_BL[rows] @ trend_LL.T
        season[rows] = x_BL[rows] @ season_LL.T
    return Parts(trend, season, x_BL - trend - season)
