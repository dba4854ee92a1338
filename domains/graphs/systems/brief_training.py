"""Training of a small network by one loss, on the shared training core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ....shared.errors import InputError
from ....shared.training.fit import fit
from ....shared.training.fit_result import FitResult
from ....shared.training.objective import Phase
from ....shared.training.settings import FitSettings

Loss = Callable[[Any], Tensor]
"""Batch to scalar."""


class OneLoss:
    """Objective of one phase that trains every parameter of a module by AdamW.

    Args:
        score: batch to {metric: (sum, count)}, for validation; None: there is none.
    """

    def __init__(
        self,
        module: nn.Module,
        loss: Loss,
        *,
        rate: float = 1e-2,
        weight_decay: float = 0.0,
        score: Callable[[Any], Mapping[str, tuple[Tensor, int]]] | None = None,
    ) -> None:
        self.modules = {"network": module}
        self.score = score
        self.phases = [
            Phase(
                "main",
                ("network",),
                lambda batch: (loss(batch), {}),
                lambda parameters: torch.optim.AdamW(parameters, lr=rate, weight_decay=weight_decay),
            )
        ]

    @torch.no_grad()
    def validate(self, batch: Any) -> Mapping[str, tuple[Tensor, int]]:
        return self.score(batch) if self.score is not None else {}


class TensorRows:
    """Samples are the rows of tensors that share their first size; a batch is a dict of rows."""

    def __init__(self, **tensors: Tensor) -> None:
        self.tensors = tensors

    def __len__(self) -> int:
        return len(next(iter(self.tensors.values())))

    def batch(self, indices: np.ndarray) -> dict[str, Tensor]:
        rows = torch.from_numpy(np.ascontiguousarray(indices))
        return {name: tensor[rows] for name, tensor in self.tensors.items()}


class WholeGraph:
    """One sample, the same each step: everything there is, as full-batch training wants it."""

    def __init__(self, content: Any) -> None:
        self.content = content

    def __len__(self) -> int:
        return 1

    def batch(self, indices: np.ndarray) -> Any:
        return self.content


def train_briefly(
    objective: OneLoss,
    source: TensorRows | WholeGraph | Any,
    settings: FitSettings,
    run: Path | None = None,
    validation: Any = None,
) -> FitResult:
    """`fit` in the run folder `run`, or in a temporary one. The batch size is cut down to the data's."""
    if len(source) == 0:
        raise InputError("train", "holds no sample", expected="at least one")
    size = min(settings.batch_size, len(source))
    settings = settings.model_copy(update={"batch_size": size})
    return fit(objective, source, settings, run, validation)
