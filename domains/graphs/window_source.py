"""Windows of whole graphs: what a network reads at some cutoffs, gathered by index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...shared.forecasting.windows import Windows, gather_windows, targets
from ...shared.panels.panel import Panel
from .clock import Clock
from .models.batch import Edges, GraphBatch
from .sensor_graph.sensor_graph import SensorGraph
from .signal_scaler import SignalScaler

Tensors = dict[str, Tensor]


@dataclass(frozen=True)
class WindowReader:
    """Turns windows of a panel with N * C series, node by node, into a network's tensors."""

    channels: int
    scaler: SignalScaler
    clock: Clock

    def tensors(self, windows: Windows) -> Tensors:
        """Whole graphs as tensors.

        Args:
            windows: B cutoffs with all S = N * C series each, cutoff by cutoff, in the order of the network.

        Returns:
            x, observed [B, N, L, C]; time_of_day, weekday [B, L + H]; past, future, static where there are
            any; profile [B, N, L + H, C], scaled, where the scaler takes one off.
        """
        count = len(self.scaler.spread)
        cutoff = windows.cutoff[::count]
        lookback = windows.context.shape[1]
        rows = np.maximum(cutoff[:, None] + np.arange(1 - lookback, windows.horizon + 1), 0)
        offset = self.scaler.offset(self.clock.slot[rows[:, :lookback]])
        context = windows.context.reshape(-1, count, lookback).transpose(0, 2, 1)
        observed = windows.observed.reshape(-1, count, lookback).transpose(0, 2, 1)
        scaled = (context - offset) / self.scaler.series.scale
        # nothing seen of a series: it stands at its mean
        scaled = np.where(observed.any(axis=1, keepdims=True), scaled, 0.0)
        found = {
            "x": self._nodes(scaled.astype(np.float32)),
            "observed": self._nodes(observed),
            "time_of_day": torch.from_numpy(self.clock.time_of_day[rows]),
            "weekday": torch.from_numpy(self.clock.weekday[rows]),
        }
        return found | self._covariates(windows, count) | self._profile(rows)

    def scaled_targets(self, windows: Windows, values: np.ndarray, observed: np.ndarray) -> Tensors:
        """Targets [B * S, H] and what is observed of them as tensors [B, N, H, C], scaled."""
        count, horizon = len(self.scaler.spread), values.shape[1]
        rows = windows.cutoff[::count, None] + np.arange(1, horizon + 1)
        offset = self.scaler.offset(self.clock.slot[rows])
        actual = values.reshape(-1, count, horizon).transpose(0, 2, 1)
        scaled = ((actual - offset) / self.scaler.series.scale).astype(np.float32)
        seen = observed.reshape(-1, count, horizon).transpose(0, 2, 1)
        return {"target": self._nodes(scaled), "target_observed": self._nodes(seen)}

    def unscaled(self, answer: np.ndarray, cutoff: np.ndarray) -> np.ndarray:
        """Answers [B, N, H, C, Q] of a network in the unit of the data, float32 [B * S, H, Q]."""
        batch, nodes, horizon, channels, levels = answer.shape
        rows = cutoff[:, None] + np.arange(1, horizon + 1)
        flat = answer.transpose(0, 2, 1, 3, 4).reshape(batch, horizon, nodes * channels, levels)
        offset = self.scaler.offset(self.clock.slot[rows])[..., None]
        values = flat.astype(np.float64) * self.scaler.series.scale[:, None] + offset
        with np.errstate(over="ignore"):  # what overflows is refused as not finite
            return values.transpose(0, 2, 1, 3).reshape(-1, horizon, levels).astype(np.float32)

    def _nodes(self, steps_last: np.ndarray) -> Tensor:
        """[B, steps, N * C] as a tensor [B, N, steps, C]."""
        batch, steps, count = steps_last.shape
        apart = steps_last.reshape(batch, steps, count // self.channels, self.channels)
        return torch.from_numpy(np.ascontiguousarray(apart.transpose(0, 2, 1, 3)))

    def _covariates(self, windows: Windows, count: int) -> Tensors:
        found: Tensors = {}
        for name in ("past", "future"):
            rows = getattr(windows, name)
            if rows is not None:
                per_node = rows.reshape(-1, count, *rows.shape[1:])[:, :: self.channels]
                found[name] = torch.from_numpy(np.ascontiguousarray(per_node, dtype=np.float32))
        if windows.static is not None:
            found["static"] = torch.from_numpy(np.ascontiguousarray(windows.static[: count : self.channels]))
        return found

    def _profile(self, rows: np.ndarray) -> Tensors:
        if self.scaler.profile is None:
            return {}
        profile = self.scaler.profile[self.clock.slot[rows]] / self.scaler.series.scale
        return {"profile": self._nodes(profile.astype(np.float32))}


def graph_batch(batch: Tensors, edges: Edges, node_N: Tensor, horizon: int) -> GraphBatch:
    """What a network reads, of a reader's tensors."""
    future, profile = batch.get("future"), batch.get("profile")
    if profile is not None:
        future = profile if future is None else torch.cat([future, profile], dim=-1)
    return GraphBatch(
        x_BNLC=batch["x"],
        observed_BNLC=batch["observed"],
        time_of_day_BT=batch["time_of_day"],
        weekday_BT=batch["weekday"],
        edges=edges,
        node_N=node_N,
        past_BNLU=batch.get("past"),
        future_BNTU=future,
        static_NU=batch.get("static"),
        horizon=horizon,
    )


def static_edges(graph: SensorGraph | None, nodes: int, device: torch.device | str = "cpu") -> Edges:
    """A graph's edges as tensors; without a graph there are none."""
    if graph is None:
        none = torch.zeros((2, 0), dtype=torch.int64, device=device)
        return Edges(none, torch.zeros(0, device=device), nodes)
    index, weight = torch.from_numpy(graph.edge_index), torch.from_numpy(graph.edge_weight)
    return Edges(index.to(device), weight.to(device), nodes)


class GraphWindowSource:
    """Every window of whole graphs inside some rows, by index of its cutoff (a `BatchSource`).

    A window whose context or targets straddle the border of the rows is left out, and so is one with nothing
    observed in its context or in its targets. No window is ever materialised.
    """

    def __init__(self, panel: Panel, rows: slice, reader: WindowReader, lookback: int, horizon: int) -> None:
        self.panel, self.reader, self.lookback, self.horizon = panel, reader, lookback, horizon
        cutoffs = np.arange(rows.start + lookback - 1, max(rows.stop - horizon, 0))
        seen = np.concatenate([[0], panel.observed.any(axis=1).cumsum()])
        context = seen[cutoffs + 1] > seen[cutoffs + 1 - lookback]
        self.cutoffs = cutoffs[context & (seen[cutoffs + 1 + horizon] > seen[cutoffs + 1])]

    def __len__(self) -> int:
        return len(self.cutoffs)

    def batch(self, indices: np.ndarray) -> Tensors:
        """Tensors as `ForecastObjective` reads them."""
        chosen = self.cutoffs[indices]
        series = np.tile(np.arange(self.panel.n_series), len(chosen))
        cutoff = np.repeat(chosen, self.panel.n_series)
        windows = gather_windows(self.panel, series, cutoff, self.lookback, self.horizon)
        actual = targets(self.panel, series, cutoff, self.horizon)
        return self.reader.tensors(windows) | self.reader.scaled_targets(windows, *actual)
