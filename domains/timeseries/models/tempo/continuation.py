"""Closed-form continuations of trend, season and residual, and the head that weighs them.

Each continuation is linear in its component, so a whole set is one [K, H, L] array for each period.
They carry what is known about any series (levels persist, seasons repeat, shocks fade), which leaves
the backbone to say how much of each holds for the window at hand.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

DECAYS = (0.6, 0.85, 0.95, 0.985, 1.0)
REPEATS = (1, 2, 4, 7, 14)
DAMPINGS = (0.8, 0.95, 0.99)

STARTS = {
    "trend": [0.5, 0.3, 0.2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "season": [0.4, 0.3, 0.3, 0, 0, 0],
    "residual": [0, 0.4, 0, 0, 0.1, 0, 0, 0.2, 0, 0],
}
"""First weight of each continuation: levels that persist, a recent season, shocks that fade."""


def _mean_of_last(lookback: int, steps: int) -> np.ndarray:
    weights = np.zeros(lookback)
    weights[lookback - min(steps, lookback) :] = 1.0 / min(steps, lookback)
    return weights


def _slot_mean(lookback: int, horizon: int, period: int, repeats: int) -> np.ndarray:
    """Mean over the last `repeats` seasons of the same season slot, [H, L]."""
    rows = np.zeros((horizon, lookback))
    repeats = max(1, min(repeats, lookback // period))
    for lead in range(horizon):
        slot = lookback - period + lead % period
        for back in range(repeats):
            rows[lead, slot - back * period] = 1.0 / repeats
    return rows


def _slope(lookback: int, steps: int) -> np.ndarray:
    """Weights of the least-squares slope over the last `steps` values."""
    steps = min(max(steps, 3), lookback)
    centred = np.arange(steps) - (steps - 1) / 2
    weights = np.zeros(lookback)
    weights[lookback - steps :] = centred / np.sum(centred**2)
    return weights


def trend_continuations(lookback: int, horizon: int, period: int) -> np.ndarray:
    """Last level, means over longer pasts, levels that fade towards them, and damped drifts; [K, H, L]."""
    season = max(period, 1) if period <= lookback // 2 else 1
    last = _mean_of_last(lookback, 1)
    flat = np.ones((horizon, 1))
    lead = np.arange(1, horizon + 1)[:, None]
    rows = [flat * last]
    rows += [flat * _mean_of_last(lookback, max(season, 4) * repeats) for repeats in (1, 3, 7)]
    overall = _mean_of_last(lookback, lookback)
    rows += [flat * overall]
    recent = _mean_of_last(lookback, 7 * max(season, 4))
    rows += [recent + decay**lead * (last - recent) for decay in DECAYS[1:-1]]
    slope = _slope(lookback, 2 * max(season, 4))
    rows += [last + np.cumsum(damping**lead, axis=0) * slope for damping in DAMPINGS]
    rows += [last + lead * _slope(lookback, lookback // 2)]
    return np.stack(rows)


def season_continuations(lookback: int, horizon: int, period: int) -> np.ndarray:
    """The last season, and means of the last few, slot by slot; [K, H, L]."""
    if not 2 <= period <= lookback // 2:
        return np.zeros((len(REPEATS) + 1, horizon, lookback))
    everything = lookback // period
    return np.stack([_slot_mean(lookback, horizon, period, repeats) for repeats in (*REPEATS, everything)])


def residual_continuations(lookback: int, horizon: int, period: int) -> np.ndarray:
    """Shocks that fade at several rates, slot means of the last seasons, and seven seasons ago; [K, H, L]."""
    lead = np.arange(1, horizon + 1)[:, None]
    last = _mean_of_last(lookback, 1)
    rows = [decay**lead * last for decay in DECAYS]
    season = period if 2 <= period <= lookback // 2 else 1
    rows += [_slot_mean(lookback, horizon, season, repeats) for repeats in (1, 3, 7)]
    week = 7 * season
    usable = season >= 2 and week <= lookback // 2
    rows += [
        _slot_mean(lookback, horizon, week, 1 + more) if usable else np.zeros((horizon, lookback))
        for more in (0, 1)
    ]
    return np.stack(rows)


@lru_cache(maxsize=128)
def continuation_arrays(lookback: int, horizon: int, period: int) -> tuple[Tensor, Tensor, Tensor]:
    """All three sets for one period, float32 [K * H, L] each, ready for a matmul."""
    sets = (
        trend_continuations(lookback, horizon, period),
        season_continuations(lookback, horizon, period),
        residual_continuations(lookback, horizon, period),
    )
    trend, season, residual = (torch.from_numpy(s.reshape(-1, lookback).astype(np.float32)) for s in sets)
    return trend, season, residual


def continuations(parts: tuple[Tensor, Tensor, Tensor], period_B: Tensor, horizon: int) -> list[Tensor]:
    """Candidates of each component, [B, K, H], every window at its own period."""
    lookback = parts[0].shape[1]
    answers: list[Tensor] = []
    for component, part_BL in enumerate(parts):
        answer: Tensor | None = None
        for period in period_B.unique().tolist():
            rows = period_B == period
            table = continuation_arrays(lookback, horizon, int(period))[component].to(part_BL.device)
            candidates = (part_BL[rows] @ table.T).view(-1, table.shape[0] // horizon, horizon)
            if answer is None:
                answer = part_BL.new_empty(part_BL.shape[0], candidates.shape[1], horizon)
            answer[rows] = candidates
        assert answer is not None
        answers.append(answer)
    return answers


class ContinuationHead(nn.Module):
    """Weighs the K candidates of one component, differently at near and far leads.

    Weights are [B, K, R] times a fixed basis over the lead [R, H] (constant, and two fading parts), from
    the mean and the last token. The initial weights are `start`, so that training begins at a sensible
    statistical forecast.
    """

    def __init__(self, width: int, horizon: int, start: list[float]) -> None:
        super().__init__()
        lead = torch.arange(horizon, dtype=torch.float32)
        self.register_buffer(
            "basis",
            torch.stack([torch.ones(horizon), torch.exp(-lead / 6), torch.exp(-lead / 30)]),
            persistent=False,
        )
        self.candidates = len(start)
        self.project = nn.Linear(2 * width, self.candidates * 3)
        nn.init.zeros_(self.project.weight)
        nn.init.zeros_(self.project.bias)
        with torch.no_grad():
            self.project.bias.view(self.candidates, 3)[:, 0] = torch.tensor(start)

    def forward(self, tokens_BPD: Tensor, candidates_BKH: Tensor) -> Tensor:
        summary = torch.cat([tokens_BPD.mean(1), tokens_BPD[:, -1]], dim=-1)
        weights = self.project(summary).view(-1, self.candidates, 3) @ self.basis
        return (weights * candidates_BKH).sum(1)
