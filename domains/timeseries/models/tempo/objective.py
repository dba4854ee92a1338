"""What TEMPO trains for, as one phase of the training core."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from .....shared.forecasting.pinball import pinball
from .....shared.training.objective import Phase
from .decomposition import stl_parts
from .network import Tempo, TempoOutput


class TempoObjective:
    """Forecast loss, plus the decomposition loss and the prompt keys' mismatch.

    Batches are dicts: context, observed [B, L]; target, target_observed [B, H]; period [B]; scale [B],
    the unit in which errors are counted (a series' spread, or its seasonal-naive error).
    """

    def __init__(self, network: Tempo, optimizer: Callable[[Iterable[Any]], torch.optim.Optimizer]) -> None:
        self.network = network
        self.modules = {"tempo": network}
        self.settings = network.settings
        self.levels = torch.tensor(self.settings.quantiles)
        self.phases = [
            Phase(
                name="forecast",
                modules=("tempo",),
                loss=self.loss,
                optimizer=optimizer,
                trains=lambda name, parameter: parameter.requires_grad,
            )
        ]

    def loss(self, batch: dict[str, Tensor]) -> tuple[Tensor, Mapping[str, Tensor]]:
        output = self._forward(batch)
        forecast, metrics = self._forecast_loss(output, batch)
        loss = forecast
        if self.settings.decomposition == "learned" and self.settings.decomposition_weight:
            decomposition = self._decomposition_loss(output, batch)
            loss = loss + self.settings.decomposition_weight * decomposition
            metrics["decomposition"] = decomposition.detach()
        if self.settings.prompt == "pool":
            loss = loss + self.settings.pool_weight * output.mismatch
            metrics["mismatch"] = output.mismatch.detach()
        return loss, metrics

    @torch.no_grad()
    def validate(self, batch: dict[str, Tensor]) -> Mapping[str, tuple[Tensor, int]]:
        """Sums and counts over observed steps of squared, absolute and pinball error, in units of `scale`."""
        output = self._forward(batch)
        weight = batch["target_observed"].to(output.point.dtype)
        unit = batch["scale"][:, None]
        error = (output.point - batch["target"]) / unit
        count = int(weight.sum())
        sums = {
            "mse": ((error.square() * weight).sum(), count),
            "mae": ((error.abs() * weight).sum(), count),
        }
        if output.quantiles is not None:
            missed = pinball(output.quantiles, batch["target"], self.levels.to(unit.device)) / unit
            sums["pinball"] = ((missed * weight).sum(), count)
        return sums

    def _forward(self, batch: dict[str, Tensor]) -> TempoOutput:
        return self.network(batch["context"], batch["observed"], batch["period"])

    def _forecast_loss(
        self, output: TempoOutput, batch: dict[str, Tensor]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        weight = batch["target_observed"].to(output.point.dtype)
        unit, count = batch["scale"][:, None], weight.sum().clamp_min(1)

        def mean(per_step_BH: Tensor) -> Tensor:
            return (per_step_BH * weight).sum() / count

        levels = self.levels.to(unit.device)
        if self.settings.loss == "pinball":
            assert output.quantiles is not None
            loss = mean(pinball(output.quantiles, batch["target"], levels) / unit)
            return loss, {"pinball": loss.detach()}
        squared = mean(((output.point - batch["target"]) / unit).square())
        metrics = {"mse": squared.detach()}
        if output.quantiles is None:
            return squared, metrics
        # Quantiles learn how far they lie from the mean without pulling it towards the median.
        spread = output.quantiles - output.point[..., None] + output.point.detach()[..., None]
        missed = mean(pinball(spread, batch["target"], levels) / unit)
        metrics["pinball"] = missed.detach()
        return squared + missed, metrics

    def _decomposition_loss(self, output: TempoOutput, batch: dict[str, Tensor]) -> Tensor:
        """Mean squared distance of each learnt part from STL of the same window (inside it: no leak)."""
        targets = stl_parts(output.window.detach(), batch["period"])
        pairs = zip(output.parts, targets, strict=True)
        return torch.stack([(part - target).square().mean() for part, target in pairs]).sum()
