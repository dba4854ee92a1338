"""How AR-Net learns: its network, the sparsity penalty on its lags, and the windows it sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from ....shared.forecasting.scaling import StandardScaler
from ....shared.forecasting.window_index import usable_windows
from ....shared.forecasting.windows import gather_windows, targets
from ....shared.panels.panel import Panel
from ....shared.training.objective import Batch, Phase

SMOOTHING = 1e-3
"""Added to |w| inside the root: its slope at 0 is unbounded, and one such gradient freezes Adam."""


class ARNetwork(nn.Module):
    """Lags, newest first, [B, p] to forecasts [B, H]: linear, or with hidden ReLU layers between."""

    def __init__(self, lags: int, hidden: Sequence[int], horizon: int, seed: int) -> None:
        super().__init__()
        widths = (lags, *hidden, horizon)
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        generator = torch.Generator().manual_seed(seed)
        for layer in self.layers:
            assert isinstance(layer, nn.Linear)
            nn.init.zeros_(layer.bias)
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
        output = self.layers[-1]
        assert isinstance(output, nn.Linear)
        nn.init.zeros_(output.weight)
        self.register_buffer("passes", torch.zeros((), dtype=torch.int64))
        """Training passes so far: the penalty's ramp survives a resumed run."""

    def forward(self, lags: torch.Tensor) -> torch.Tensor:
        for layer in self.layers[:-1]:
            lags = torch.relu(layer(lags))
        return self.layers[-1](lags)

    def lag_weights(self) -> torch.Tensor:
        """Weights that read the lags, [H or first hidden width, p]."""
        weight = self.layers[0].weight
        assert isinstance(weight, torch.Tensor)
        return weight


def sparsity_penalty(weights: torch.Tensor, c1: float, c2: float) -> torch.Tensor:
    """R(w) = mean_i (2 / (1 + exp(-c1 |w_i|^(1/c2))) - 1), between 0 and 1 (AR-Net, arXiv 1911.12436)."""
    root = (weights.abs() + SMOOTHING).pow(1.0 / c2)
    return (2.0 / (1.0 + torch.exp(-c1 * root)) - 1.0).mean()


@dataclass(frozen=True)
class Normalisation:
    """The affine map between the data and the network: of each window, or one for all of them.

    With `center` None each window loses the mean of its context and is divided by its deviation.
    """

    center: float | None = None
    scale: float = 1.0

    def moments(self, context: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Centre and scale, float64 [B, 1] each, of contexts [B, p]; the scale of a constant is 0."""
        if self.center is not None:
            shape = (len(context), 1)
            return np.full(shape, self.center), np.full(shape, self.scale)
        context = context.astype(np.float64)
        center = context.mean(axis=1, keepdims=True)
        scale = context.std(axis=1, keepdims=True)
        return center, np.where(scale > 1e-6 * np.abs(center), scale, 0.0)


class LagWindows:
    """Every usable window of some rows of a panel, by index, normalised for the network.

    A window is usable when half its lags and any of its targets are observed. Its error is weighed by
    its own scale over its series' scale: the loss is that of z-scored series, whatever the map.
    """

    def __init__(self, panel: Panel, rows: slice, lags: int, horizon: int, norm: Normalisation) -> None:
        self.panel, self.lags, self.horizon, self.norm = panel, lags, horizon, norm
        self.series, self.cutoff = usable_windows(panel, rows, lags, horizon)
        self.scales = np.full(panel.values.shape[1], norm.scale)
        if norm.center is None:
            self.scales = StandardScaler.fit(panel.values, panel.observed).scale

    def __len__(self) -> int:
        return len(self.series)

    def teaches(self) -> bool:
        """Whether any window has a weight: those with constant lags have none."""
        size = 4096
        starts = range(0, len(self), size)
        return any(
            bool((self.batch(np.arange(start, min(start + size, len(self))))["weight"] > 0).any())
            for start in starts
        )

    def batch(self, indices: np.ndarray) -> dict[str, torch.Tensor]:
        """lags [B, p], target and weight [B, H], all float32."""
        series, cutoff = self.series[indices], self.cutoff[indices]
        context = gather_windows(self.panel, series, cutoff, self.lags, 0).context
        future, observed = targets(self.panel, series, cutoff, self.horizon)
        center, scale = self.norm.moments(context)
        divisor = np.where(scale > 0, scale, 1.0)
        weight = observed * (scale / self.scales[series][:, None]) ** 2
        return {
            "lags": torch.from_numpy(((context - center) / divisor)[:, ::-1].astype(np.float32)),
            "target": torch.from_numpy(((future - center) / divisor).astype(np.float32)),
            "weight": torch.from_numpy(weight.astype(np.float32)),
        }


class ARObjective:
    """Weighted squared error plus lambda R(w), where lambda rises quadratically over the ramp."""

    def __init__(
        self,
        network: ARNetwork,
        *,
        rate: float,
        strength: float,
        curve: tuple[float, float],
        ramp_passes: int,
    ) -> None:
        self.network, self.strength, self.curve, self.ramp_passes = network, strength, curve, ramp_passes
        self.rate = rate
        self.modules: Mapping[str, nn.Module] = {"network": network}

    @property
    def phases(self) -> Sequence[Phase]:
        return (Phase("forecast", ("network",), self._loss, self._optimizer),)

    def validate(self, batch: Batch) -> Mapping[str, tuple[torch.Tensor, int]]:
        squared = (self.network(batch["lags"]) - batch["target"]).square() * batch["weight"]
        return {"mse": (squared.sum(), int((batch["weight"] > 0).sum()))}

    def _optimizer(self, parameters: object) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, lr=self.rate, betas=(0.9, 0.95))  # type: ignore[arg-type]

    def _loss(self, batch: Batch) -> tuple[torch.Tensor, Mapping[str, torch.Tensor | float]]:
        error = (self.network(batch["lags"]) - batch["target"]).square() * batch["weight"]
        mse = error.mean()
        if not self.strength:
            return mse, {"mse": mse.detach()}
        passes = self.network.passes
        assert isinstance(passes, torch.Tensor)
        ramp = (passes.float() / max(self.ramp_passes, 1)).clamp(max=1.0).square()
        passes += 1
        penalty = sparsity_penalty(self.network.lag_weights(), *self.curve)
        return mse + self.strength * ramp * penalty, {"mse": mse.detach(), "penalty": penalty.detach()}
