"""Generated signals and the graph they live on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....shared.panels.panel import Panel
from ..sensor_graph.sensor_graph import SensorGraph
from ..signals.signals import Signals


@dataclass(frozen=True)
class GeneratedSignals:
    """T steps at N nodes, and what the best forecast one step ahead would have been."""

    values: np.ndarray
    """float32 [T, N]."""
    expected: np.ndarray
    """float32 [T, N], the mean of each value given the past; `values - expected` is the noise."""
    graph: SensorGraph
    noise: float
    """Standard deviation of the noise."""

    @property
    def optimal_mae(self) -> float:
        """MAE of the best point forecast one step ahead, see `gaussian_mae`."""
        return gaussian_mae(self.noise)

    def signals(self, step: str | None = None, period: int = 1) -> Signals:
        """One channel "value" on an axis of integers, or of dates from 2024 on where `step` is an alias."""
        import pandas as pd

        steps = len(self.values)
        time = pd.RangeIndex(steps) if step is None else pd.date_range("2024-01-01", periods=steps, freq=step)
        panel = Panel(
            values=self.values,
            observed=np.ones(self.values.shape, dtype=bool),
            time=pd.Index(time.to_numpy()) if step is None else time,
            series=self.graph.nodes,
            freq=1 if step is None else step,
            period=period,
        )
        return Signals(panel, self.graph.nodes, ("value",))


def gaussian_mae(sigma: float) -> float:
    """E|x| of x ~ N(0, sigma^2): sigma * sqrt(2 / pi), 0.3192 for sigma 0.4."""
    return float(sigma * np.sqrt(2 / np.pi))
