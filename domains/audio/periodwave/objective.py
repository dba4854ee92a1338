"""Flow matching as a phase of the training core, and sounds from a trained estimator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ....shared.training.objective import Phase
from .flow import Solver, energy_scale, path, solve
from .network import PeriodWave

LEARNING_RATE = 5e-4
BETAS = (0.8, 0.99)


class FlowObjective:
    """Mean square between the estimator's velocity and the path's.

    Batches: audio [B, T * hop], log_mel [B, M, T] (natural), noise [B, T * hop] (standard normal), time [B]
    in [0, 1).
    """

    def __init__(self, network: PeriodWave, learning_rate: float = LEARNING_RATE) -> None:
        self.network, self.learning_rate = network, learning_rate
        self.modules: dict[str, nn.Module] = {"network": network}
        self.phases = [Phase("network", ("network",), self.loss, self._optimizer)]

    def _optimizer(self, parameters: Any) -> torch.optim.Optimizer:
        return torch.optim.AdamW(parameters, lr=self.learning_rate, betas=BETAS, weight_decay=0.0)

    def loss(self, batch: dict[str, Tensor]) -> tuple[Tensor, Mapping[str, Tensor]]:
        noise = batch["noise"] * energy_scale(batch["log_mel"], self.network.settings.hop)
        point, velocity = path(noise, batch["audio"], batch["time"])
        found = self.network(point, batch["time"], batch["log_mel"])
        loss = (found - velocity).square().mean()
        return loss, {"velocity": loss.detach()}

    @torch.no_grad()
    def validate(self, batch: dict[str, Tensor]) -> Mapping[str, tuple[Tensor, int]]:
        loss, _ = self.loss(batch)
        return {"velocity": (loss * len(batch["audio"]), len(batch["audio"]))}


@torch.no_grad()
def sample(
    network: PeriodWave,
    log_mel_BMT: Tensor,
    noise_BS: Tensor,
    *,
    temperature: float = 0.667,
    steps: int | None = None,
    solver: Solver = "midpoint",
) -> Tensor:
    """Samples [B, T * hop] of natural log-mel and standard normal noise, which `temperature` multiplies.

    Raises:
        InputError: as `solve`.
    """
    start = temperature * noise_BS * energy_scale(log_mel_BMT, network.settings.hop)
    steps = network.settings.steps if steps is None else steps
    return solve(lambda x, t: network(x, t, log_mel_BMT), start, steps, solver)
