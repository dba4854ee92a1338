"""What GRIN trains for: every stage's prediction of the values that were observed, hidden ones too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from ....shared.training.objective import Phase
from ..models.batch import Edges
from ..objectives import observed_errors, observed_mean
from .grin import Directions, Grin
from .settings import ImputerSettings


class ImputationObjective:
    """Absolute errors of the merged prediction and of both stages in both directions, as one phase.

    Batches are dicts: x, observed [B, L, N, C], covariates [B, L, N, U]; in validation also `hidden`, what
    is taken away, and `judged`, where errors count.
    """

    def __init__(
        self,
        network: Grin,
        edges: Edges,
        settings: ImputerSettings,
        optimizer: Callable[[Iterable[Any]], torch.optim.Optimizer],
    ) -> None:
        self.network, self.edges, self.settings = network, edges, settings
        self.modules = {"network": network}
        self.phases = [Phase(name="impute", modules=("network",), loss=self.loss, optimizer=optimizer)]
        self._directions: Directions | None = None

    def loss(self, batch: dict[str, Tensor]) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Sum of the mean errors, of values read and values hidden alike: no prediction has read its own."""
        observed = batch["observed"]
        seen = whiten(observed, self.settings.whiten, self.settings.whiten_blocks)
        merged, stages = self._predict(batch, seen)
        error = self._error(merged, batch)
        total = error + torch.stack([self._error(stage, batch) for stage in stages]).sum()
        return total, {"mae": error.detach()}

    @torch.no_grad()
    def validate(self, batch: dict[str, Tensor]) -> Mapping[str, tuple[Tensor, int]]:
        """Sum and count of absolute errors, scaled, of what is judged."""
        merged, _ = self._predict(batch, batch["observed"] & ~batch["hidden"])
        judged = batch["judged"]
        errors = torch.where(judged, (merged - batch["x"]).abs(), 0)
        return {"mae": (errors.double().sum(), int(judged.sum()))}

    def _predict(self, batch: dict[str, Tensor], seen: Tensor) -> tuple[Tensor, list[Tensor]]:
        device = seen.device
        if self._directions is None:
            index, weight = self.edges.index.to(device), self.edges.weight.to(device)
            edges = Edges(index, weight, self.edges.n_nodes)
            self._directions = Directions.of(edges, both=self.network.supports > 1)
        node_N = torch.arange(seen.shape[2], device=device)
        return self.network(batch["x"], seen, batch["covariates"], self._directions, node_N)

    @staticmethod
    def _error(prediction: Tensor, batch: dict[str, Tensor]) -> Tensor:
        observed = batch["observed"]
        return observed_mean(observed_errors(prediction[..., None], batch["x"], observed, None), observed)


def whiten(observed_BLNC: Tensor, share: float, blocks: float) -> Tensor:
    """What a training window may still read: single values hidden, and stretches of whole nodes.

    Args:
        observed_BLNC: bool.
        share: chance of a value to be hidden.
        blocks: chance of a node of a window to lose a stretch of half a window to two windows, which may
            begin before the window or end after it.
    """
    windows, steps, nodes, _ = observed_BLNC.shape
    device = observed_BLNC.device
    seen = observed_BLNC & (torch.rand(observed_BLNC.shape, device=device) >= share)
    if not blocks:
        return seen
    length = (0.5 + 1.5 * torch.rand(windows, 1, nodes, device=device)) * steps
    start = torch.rand(windows, 1, nodes, device=device) * (steps + length) - length
    step = torch.arange(steps, device=device)[None, :, None]
    inside = (step >= start) & (step < start + length)
    failed = torch.rand(windows, 1, nodes, device=device) < blocks
    return seen & ~(inside & failed)[..., None]
