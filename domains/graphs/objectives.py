"""What a network on a graph is trained for: absolute or pinball errors of what was observed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ...shared.errors import note
from ...shared.forecasting.pinball import pinball
from ...shared.training.objective import Phase
from .models.batch import Edges
from .models.network import SpatioTemporalNetwork
from .window_source import Tensors, graph_batch


def observed_errors(
    answer_BNHCQ: Tensor, target_BNHC: Tensor, observed_BNHC: Tensor, levels: Tensor | None
) -> Tensor:
    """Error of each target, [B, N, H, C]: absolute, or pinball with `levels`; exactly 0 where unobserved.

    Unobserved targets are replaced before the error is taken and after: a NaN among them reaches neither the
    loss nor, as 0 * NaN would, the gradient.
    """
    target = torch.where(observed_BNHC, target_BNHC, 0)
    if levels is None:
        errors = (answer_BNHCQ.squeeze(-1) - target).abs()
    else:
        errors = pinball(answer_BNHCQ, target, levels)
    return torch.where(observed_BNHC, errors, 0)


def observed_mean(errors: Tensor, observed: Tensor) -> Tensor:
    """Mean over what is observed; 0, with zero gradient and a warning, where nothing is."""
    if observed.device.type == "cpu" and not bool(observed.any()):
        note("a batch without any observed target teaches nothing")
    return torch.where(observed, errors, 0).sum() / observed.sum().clamp_min(1)


class ForecastObjective:
    """Errors in the unit of the data, each channel's in units of its deviation, as one phase of the core.

    Args:
        network: trained; parameters without `requires_grad` stay as they are.
        edges: of the graph, once for all batches.
        scale_NC: deviations by which the targets were divided.
        unit_C: deviation of each channel over all nodes.
        quantiles: probabilities the network answers; () for a point forecast.
        optimizer: parameters to an optimiser.
    """

    def __init__(
        self,
        network: SpatioTemporalNetwork,
        edges: Edges,
        scale_NC: Tensor,
        unit_C: Tensor,
        quantiles: Sequence[float],
        optimizer: Callable[[Iterable[Any]], torch.optim.Optimizer],
    ) -> None:
        self.network = network
        self.modules = {"network": network}
        self.edges, self.scale_NC, self.unit_C = edges, scale_NC.float(), unit_C.float()
        self.levels = torch.tensor(quantiles) if quantiles else None
        self.median = quantiles.index(0.5) if quantiles else 0
        self.phases = [
            Phase(
                name="forecast",
                modules=("network",),
                loss=self.loss,
                optimizer=optimizer,
                trains=lambda name, parameter: parameter.requires_grad,
            )
        ]

    def loss(self, batch: Tensors) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Mean weighted error of the observed targets, plus what node embeddings add."""
        self._follow(batch["target"].device)
        weight = self._scale(batch) / self.unit_C
        errors = observed_errors(self._answer(batch), batch["target"], batch["target_observed"], self.levels)
        error = observed_mean(errors * weight, batch["target_observed"])
        return error + self.network.regularisation(), {"error": error.detach()}

    @torch.no_grad()
    def validate(self, batch: Tensors) -> Mapping[str, tuple[Tensor, int]]:
        """Sums and counts over observed targets: `error` as in the loss, `mae` in the unit of the data."""
        self._follow(batch["target"].device)
        scale = self._scale(batch)
        answer, target, observed = self._answer(batch), batch["target"], batch["target_observed"]
        count = int(observed.sum())
        errors = observed_errors(answer, target, observed, self.levels)
        point = answer[..., self.median : self.median + 1]
        absolute = observed_errors(point, target, observed, None) * scale
        return {
            "mae": (absolute.double().sum(), count),
            "error": ((errors * scale / self.unit_C).double().sum(), count),
        }

    def _answer(self, batch: Tensors) -> Tensor:
        return self.network(graph_batch(batch, self.edges, batch["target"].shape[2]))

    def _scale(self, batch: Tensors) -> Tensor:
        """Deviation of every target, to multiply with [B, N, H, C]."""
        return self.scale_NC[:, None]

    def _follow(self, device: torch.device) -> None:
        """Once: what is the same for all batches goes where they are."""
        if self.scale_NC.device != device:
            self.edges = Edges(self.edges.index.to(device), self.edges.weight.to(device), self.edges.n_nodes)
            self.scale_NC, self.unit_C = self.scale_NC.to(device), self.unit_C.to(device)
            self.levels = None if self.levels is None else self.levels.to(device)
