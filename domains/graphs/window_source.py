"""Windows of whole graphs: what a network reads at some cutoffs, gathered by index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...shared.forecasting.windows import Windows, gather_windows, targets
from ...shared.panels.panel import Panel
from .clock import Clock
from .models.batch import Edges, GraphBatch
from .sensor_graph.changing_graph import ChangingGraph
from .sensor_graph.sensor_graph import SensorGraph
from .signal_scaler import SignalScaler

Tensors = dict[str, Any]
"""Tensors by name; `edges` of a graph that changes in time are pairs of index and weight, one a step."""


@dataclass(frozen=True)
class WindowReader:
    """Turns windows of a panel with N * C series, node by node, into a network's tensors."""

    channels: int
    scaler: SignalScaler
    clock: Clock
    graph: SensorGraph | ChangingGraph | None = None
    """With the nodes in the network's order."""
    panel: Panel | None = None
    """Where values further back than the context are read; needed for lags."""
    lags: tuple[int, ...] = ()

    @property
    def nodes(self) -> int:
        """N."""
        return len(self.scaler.spread) // self.channels

    def tensors(self, windows: Windows) -> Tensors:
        """Whole graphs as tensors.

        Args:
            windows: B cutoffs with all S = N * C series each, cutoff by cutoff, in the order of the network.

        Returns:
            x, observed [B, N, L, C]; time_of_day, weekday [B, L + H]; past, future, static where there are
            any; profile [B, N, L + H, C], scaled, where the scaler takes one off; lagged [B, N, L + H, K * C]
            for K lags, and edges of a graph that changes.
        """
        count = len(self.scaler.spread)
        cutoff = windows.cutoff[::count]
        lookback = windows.context.shape[1]
        steps = cutoff[:, None] + np.arange(1 - lookback, windows.horizon + 1)
        rows = np.maximum(steps, 0)
        offset = self.scaler.offset(self.clock.slot[rows[:, :lookback]])
        context = windows.context.reshape(-1, count, lookback).transpose(0, 2, 1)
        observed = windows.observed.reshape(-1, count, lookback).transpose(0, 2, 1)
        scaled = (context - offset) / self.scaler.series.scale
        # nothing seen of a series: it stands at its mean
        scaled = np.where(observed.any(axis=1, keepdims=True), scaled, 0.0)
        found: Tensors = {
            "x": self._nodes(scaled.astype(np.float32)),
            "observed": self._nodes(observed),
            "time_of_day": torch.from_numpy(self.clock.time_of_day[rows]),
            "weekday": torch.from_numpy(self.clock.weekday[rows]),
        }
        if isinstance(self.graph, ChangingGraph):
            found["edges"] = [joined_edges(self.graph, column) for column in rows[:, :lookback].T]
        if self.lags:
            lagged = [self._lagged(steps - lag, windows.series[:count]) for lag in self.lags]
            found["lagged"] = torch.cat(lagged, dim=-1)
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

    def _lagged(self, rows: np.ndarray, series: np.ndarray) -> Tensor:
        """What was measured at other rows [B, steps], scaled, [B, N, steps, C]; 0 where nothing was."""
        assert self.panel is not None
        known = np.clip(rows, 0, self.panel.n_steps - 1)
        seen = self.panel.observed[known][..., series] & (known == rows)[..., None]
        away = self.panel.values[known][..., series] - self.scaler.offset(self.clock.slot[known])
        return self._nodes(np.where(seen, away / self.scaler.series.scale, 0.0).astype(np.float32))

    def _profile(self, rows: np.ndarray) -> Tensors:
        if self.scaler.profile is None:
            return {}
        profile = self.scaler.profile[self.clock.slot[rows]] / self.scaler.series.scale
        return {"profile": self._nodes(profile.astype(np.float32))}


def graph_batch(batch: Tensors, edges: Edges, horizon: int) -> GraphBatch:
    """What a network reads, of a reader's tensors; `edges` count unless the tensors have some."""
    ahead = [batch[name] for name in ("future", "profile", "lagged") if name in batch]
    windows, nodes = batch["x"].shape[:2]
    changing = tuple(Edges(index, weight, windows * nodes) for index, weight in batch.get("edges", ()))
    return GraphBatch(
        x_BNLC=batch["x"],
        observed_BNLC=batch["observed"],
        time_of_day_BT=batch["time_of_day"],
        weekday_BT=batch["weekday"],
        edges=changing or edges,
        node_N=torch.arange(nodes, device=batch["x"].device),
        past_BNLU=batch.get("past"),
        future_BNTU=torch.cat(ahead, dim=-1) if ahead else None,
        static_NU=batch.get("static"),
        horizon=horizon,
    )


def static_edges(
    graph: SensorGraph | ChangingGraph | None, nodes: int, device: torch.device | str = "cpu"
) -> Edges:
    """A graph's edges as tensors: none without a graph, or of one that changes from step to step."""
    if not isinstance(graph, SensorGraph):
        none = torch.zeros((2, 0), dtype=torch.int64, device=device)
        return Edges(none, torch.zeros(0, device=device), nodes)
    index, weight = (np.ascontiguousarray(part) for part in (graph.edge_index, graph.edge_weight))
    return Edges(torch.from_numpy(index).to(device), torch.from_numpy(weight).to(device), nodes)


def joined_edges(graph: ChangingGraph, rows: np.ndarray) -> tuple[Tensor, Tensor]:
    """Index [2, E] and weight [E] of the graphs at B rows side by side, on B * N nodes."""
    graphs = [graph.at(int(row)) for row in rows]
    index = [part.edge_index + place * graph.n_nodes for place, part in enumerate(graphs)]
    weight = np.concatenate([part.edge_weight for part in graphs])
    return torch.from_numpy(np.concatenate(index, axis=1)), torch.from_numpy(weight)


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
