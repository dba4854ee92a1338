"""Validation: sums and counts over all samples, so that neither batch size nor ranks change a metric."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch

from ..errors import InputError
from .objective import BatchSource, Objective
from .parallel import Ranks, to_device
from .random_state import seeded

_SEED = 20_240_229
"""Losses that draw noise see the same noise in every validation."""


@torch.no_grad()
def validate(
    objective: Objective,
    source: BatchSource,
    batch_size: int,
    ranks: Ranks,
    autocast: Callable[[], AbstractContextManager[Any]],
) -> dict[str, float]:
    """Mean of every metric over all samples of `source`, accumulated in float64.

    Raises: InputError where a metric has no sample at all or is not finite.
    """
    modes = [(part, part.training) for module in objective.modules.values() for part in module.modules()]
    for module in objective.modules.values():
        module.eval()
    sums: dict[str, torch.Tensor] = {}
    try:
        with seeded(_SEED, ranks.device):
            for start in range(0, len(source), batch_size * ranks.size):
                block = np.arange(start, min(start + batch_size * ranks.size, len(source)))
                mine = ranks.share(block)
                if mine.size == 0 and start > 0:
                    continue
                _add(sums, objective, source, mine, ranks, autocast)
    finally:
        for part, training in modes:
            part.training = training
    return _means(sums, ranks)


def _add(
    sums: dict[str, torch.Tensor],
    objective: Objective,
    source: BatchSource,
    mine: np.ndarray,
    ranks: Ranks,
    autocast: Callable[[], AbstractContextManager[Any]],
) -> None:
    # An idle rank still evaluates sample 0 once, to know the names of the metrics; its weight is 0.
    counted = 1.0 if mine.size else 0.0
    batch = to_device(source.batch(mine if mine.size else np.zeros(1, np.int64)), ranks.device)
    with autocast():
        metrics = objective.validate(batch)
    for name, (total, count) in metrics.items():
        value = torch.as_tensor(total).detach().to("cpu", torch.float64)
        pair = torch.stack([value, torch.tensor(float(count), dtype=torch.float64)]) * counted
        sums[name] = sums[name] + pair if name in sums else pair


def _means(sums: dict[str, torch.Tensor], ranks: Ranks) -> dict[str, float]:
    if not sums:
        raise InputError("validation", "the objective reports no metric", expected='{"name": (sum, count)}')
    names = list(sums)
    on_device = torch.stack([sums[name] for name in names])
    on_device = on_device.to(ranks.device, torch.float32 if ranks.device.type == "mps" else torch.float64)
    totals = ranks.total(on_device).cpu().tolist()
    for name, (_, count) in zip(names, totals, strict=True):
        if count <= 0:
            raise InputError("validation", f"metric {name!r} counts no sample")
    return {name: total / count for name, (total, count) in zip(names, totals, strict=True)}
