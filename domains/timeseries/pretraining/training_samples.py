"""Windows of the pretraining mixture as training samples for TEMPO."""

from __future__ import annotations

from typing import Protocol

import numba
import numpy as np
import torch
from torch import Tensor

from ....shared.forecasting.windows import fill_gaps


class Mixture(Protocol):
    """Samples by number: context, observed [B, L]; target, target_observed [B, H]; period [B]."""

    def __len__(self) -> int: ...

    def batch(self, indices: np.ndarray) -> dict[str, Tensor]: ...


class PretrainingSource:
    """A mixture with gaps filled as `gather_windows` fills them, and a unit for each window's error.

    The unit is the window's in-sample seasonal-naive error, the scale of MASE, so that the loss is
    the error that users compare. It has a floor of a tenth of the window's spread, and of a thirtieth
    of what happens next: a context that says nothing of a coming jump must not drown the others.
    """

    def __init__(self, mixture: Mixture) -> None:
        self.mixture = mixture

    def __len__(self) -> int:
        return len(self.mixture)

    def batch(self, indices: np.ndarray) -> dict[str, Tensor]:
        """Tensors as `TempoObjective` reads them; windows without any spread count for nothing."""
        batch = self.mixture.batch(indices)
        context, seen = batch["context"].numpy(), batch["observed"].numpy()
        target, ahead = batch["target"].numpy(), batch["target_observed"].numpy()
        fill_gaps(context, seen)
        scale, flat = _units(context, seen, target, ahead, batch["period"].numpy())
        batch["target_observed"] = torch.from_numpy(ahead & ~flat[:, None])
        batch["scale"] = torch.from_numpy(scale)
        return batch


@numba.njit(cache=True, nogil=True)
def _units(
    context: np.ndarray, seen: np.ndarray, target: np.ndarray, ahead: np.ndarray, period: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scale float32 [B] and flat bool [B] of windows."""
    scale = np.ones(len(context), dtype=np.float32)
    flat = np.zeros(len(context), dtype=np.bool_)
    for b in range(len(context)):
        row, mask = context[b], seen[b]
        total, square, count = 0.0, 0.0, 0
        error, pairs = 0.0, 0
        for i in range(len(row)):
            if not mask[i]:
                continue
            total += row[i]
            square += row[i] * row[i]
            count += 1
            j = i - max(period[b], 1)
            if j >= 0 and mask[j]:
                error += abs(row[i] - row[j])
                pairs += 1
        mean = total / max(count, 1)
        spread = np.sqrt(max(square / max(count, 1) - mean * mean, 0.0))
        jump, steps = 0.0, 0
        for i in range(len(target[b])):
            if ahead[b, i]:
                jump += abs(target[b, i] - mean)
                steps += 1
        flat[b] = spread <= 1e-4 * (abs(mean) + spread) or count < 8
        if not flat[b]:
            scale[b] = max(error / max(pairs, 1), 0.1 * spread, jump / max(steps, 1) / 30)
    return scale, flat
