"""Training on one whole graph: a source of one sample, and the loop's settings for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ....shared.training.fit import fit
from ....shared.training.fit_result import FitResult
from ....shared.training.objective import BatchSource, Objective, Phase
from ....shared.training.settings import EarlyStopping, FitSettings
from ..systems.node_batch import NodeBatch
from .settings import TrainingSettings


@dataclass(frozen=True)
class WholeGraph:
    """The same batch at every step (a `BatchSource`)."""

    graph: NodeBatch

    def __len__(self) -> int:
        return 1

    def batch(self, indices: np.ndarray) -> NodeBatch:
        """The graph, whatever is asked for."""
        return self.graph


class NodeObjective:
    """Cross-entropy of the nodes that count; validation tells its mean and the accuracy.

    Args:
        network: called with a `NodeBatch`, answers logits [N, C].
    """

    def __init__(self, network: nn.Module, settings: TrainingSettings) -> None:
        self.network, self.settings = network, settings
        self.modules: Mapping[str, nn.Module] = {"network": network}
        self.phases = [Phase("classify", tuple(self.modules), self.loss, self.optimizer)]

    def optimizer(self, parameters: Any) -> torch.optim.Optimizer:
        """Adam with the weight decay of the settings as an L2 penalty, as the papers have it."""
        rate, decay = self.settings.learning_rate, self.settings.weight_decay
        return torch.optim.Adam(parameters, lr=rate, weight_decay=decay)

    def loss(self, batch: NodeBatch) -> tuple[Tensor, Mapping[str, Tensor]]:
        loss = functional.cross_entropy(self.logits(batch)[batch.nodes], batch.label[batch.nodes])
        return loss, {"cross_entropy": loss.detach()}

    @torch.no_grad()
    def validate(self, batch: NodeBatch) -> Mapping[str, tuple[Tensor, int]]:
        return judged(self.logits(batch), batch)

    def logits(self, batch: NodeBatch) -> Tensor:
        """[N, C]."""
        return self.network(batch)


def judged(logits_NC: Tensor, batch: NodeBatch) -> dict[str, tuple[Tensor, int]]:
    """Sums and count of cross-entropy and of right answers over the nodes that count."""
    logits, label = logits_NC[batch.nodes], batch.label[batch.nodes]
    return {
        "cross_entropy": (functional.cross_entropy(logits, label, reduction="sum"), len(label)),
        "accuracy": ((logits.argmax(-1) == label).sum(), len(label)),
    }


def train(
    objective: Objective,
    source: BatchSource,
    validation: BatchSource | None,
    settings: TrainingSettings,
    run: Path | None,
    *,
    metric: str = "cross_entropy",
    mode: Literal["min", "max"] = "min",
    **changes: Any,
) -> FitResult:
    """Run the training core; the modules end with the weights of the best validation.

    Args:
        run: folder of the run; None: none is kept.
        changes: fields of `FitSettings`.
    """
    how: dict[str, Any] = {
        "steps": settings.steps,
        "batch_size": 1,
        "seed": settings.seed,
        "validate_every": settings.validate_every,
        "metric": metric,
        "mode": mode,
        "early_stopping": EarlyStopping(patience=settings.patience) if validation is not None else None,
        # A line for every validation of so short a training says nothing to a log.
        "progress": "bar" if run is not None and sys.stderr.isatty() else "off",
        "device": "auto",
    }
    return fit(objective, source, FitSettings(**{**how, **changes}), run, validation)


@contextmanager
def drawing_from(seed: int) -> Iterator[None]:
    """torch draws from `seed` inside, and goes on afterwards as if nothing had happened."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield
