"""Fitting a learnable distance to given ones, and by how much it still distorts them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ....shared.errors import InputError
from ....shared.training.settings import FitSettings, ScheduleSettings
from .brief_training import OneLoss, TensorRows, train_briefly


@dataclass(frozen=True)
class Distortion:
    """How far learnt distances are from the true ones, over pairs."""

    mse: float
    mean: float
    """Mean of |D / d - 1|."""
    worst: float
    """max(D / d) * max(d / D): 1 for the same metric up to a unit."""


def fit_distance(
    distance: nn.Module,
    x: Tensor,
    y: Tensor,
    target: Tensor,
    *,
    steps: int = 1000,
    batch_size: int = 256,
    rate: float = 1e-2,
    seed: int = 0,
    run: Path | None = None,
) -> None:
    """Train `distance` in place, so that D(x, y) is near `target` in the mean of squared relative errors.

    Args:
        x, y: float [P, F], the two points of each pair. `target`: float [P], above 0.
    """
    if not (len(x) == len(y) == len(target)) or not len(target):
        raise InputError(
            "pairs", f"are {len(x)}, {len(y)} and {len(target)}", expected="equally many, above 0"
        )
    if not bool((torch.isfinite(target) & (target > 0)).all()):
        place = int((~(torch.isfinite(target) & (target > 0))).nonzero()[0])
        raise InputError(
            "target",
            f"is {float(target[place])}",
            where=f"pair {place}",
            expected="a finite distance above 0",
        )

    def loss(batch: dict[str, Tensor]) -> Tensor:
        return (distance(batch["x"], batch["y"]) / batch["target"] - 1).square().mean()

    settings = FitSettings(
        steps=steps,
        batch_size=batch_size,
        seed=seed,
        schedule=ScheduleSettings(kind="cosine", warm_up=min(20, steps)),
        clip_norm=1.0,
        device="cpu",
        progress="off",
        checkpoint_seconds=None,
    )
    train_briefly(OneLoss(distance, loss, rate=rate), TensorRows(x=x, y=y, target=target), settings, run)


@torch.no_grad()
def distortion(distance: nn.Module, x: Tensor, y: Tensor, target: Tensor) -> Distortion:
    """Of distances D(x, y) against `target` [P]."""
    ratio = distance(x, y).double() / target.double()
    error = (ratio - 1) * target
    return Distortion(
        mse=float(error.square().mean()),
        mean=float((ratio - 1).abs().mean()),
        worst=float(ratio.max() / ratio.min()),
    )


def tree_distances(n_nodes: int, seed: int = 0) -> np.ndarray:
    """Hops between the nodes of a random tree, int64 [N, N]; each node hangs on a random earlier one."""
    rng = np.random.default_rng(seed)
    hops = np.zeros((n_nodes, n_nodes), dtype=np.int64)
    for node in range(1, n_nodes):
        parent = int(rng.integers(node))
        hops[node, :node] = hops[:node, node] = hops[parent, :node] + 1
    return hops
