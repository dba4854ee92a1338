"""What the training core asks of a domain: phases with losses, and data by index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

Batch = Any
"""Any nest of dicts, lists and tensors; the core moves it to the device."""


@dataclass(frozen=True)
class Phase:
    """One optimiser and the loss it follows. A vocoder has two, most objectives one."""

    name: str
    modules: tuple[str, ...]
    """Names in `Objective.modules` whose parameters this phase trains."""
    loss: Callable[[Batch], tuple[torch.Tensor, Mapping[str, torch.Tensor | float]]]
    """Batch to (scalar loss, metrics to log)."""
    optimizer: Callable[[Iterable[Any]], torch.optim.Optimizer]
    """Trainable parameters (or parameter groups) to an optimiser."""
    every: int = 1
    """Runs at every k-th global step."""
    trains: Callable[[str, torch.nn.Parameter], bool] = lambda name, parameter: True
    """Parameter filter by qualified name ("module.path.weight"), for LoRA and frozen parts."""


class Objective(Protocol):
    """Everything the loop needs to know of a domain."""

    @property
    def modules(self) -> Mapping[str, torch.nn.Module]:
        """Everything with weights, by the names that phases, the moving average and checkpoints use."""
        ...

    @property
    def phases(self) -> Sequence[Phase]:
        """In the order in which a step goes through them."""
        ...

    def validate(self, batch: Batch) -> Mapping[str, tuple[torch.Tensor, int]]:
        """Metric sums with their counts for one validation batch: {"mse": (sum, count)}."""
        ...


class BatchSource(Protocol):
    """Samples by index: the core owns order, position and sharding, so a run resumes exactly."""

    def __len__(self) -> int: ...

    def batch(self, indices: np.ndarray) -> Batch:
        """Gather the samples at `indices` (int64 [B]) into one batch; the same ones for the same indices."""
        ...
