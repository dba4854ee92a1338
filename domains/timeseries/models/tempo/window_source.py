"""A panel's windows as training samples for TEMPO."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .....shared.forecasting.scaling import StandardScaler
from .....shared.forecasting.window_index import usable_windows
from .....shared.forecasting.windows import gather_windows, targets
from .....shared.panels.panel import Panel


class WindowSource:
    """Every usable window of some rows of a panel, by index (a `BatchSource`).

    Errors count in units of each series' standard deviation over `scale_rows`, so that the loss is
    that of z-scored series while the network reads the data as it is.
    """

    def __init__(
        self,
        panel: Panel,
        rows: slice,
        scale_rows: slice,
        lookback: int,
        horizon: int,
        most: int | None = None,
        least: int | None = None,
    ) -> None:
        """`most` keeps that many windows at most, evenly spaced; `least` is as in `usable_windows`."""
        self.panel, self.lookback, self.horizon = panel, lookback, horizon
        self.series, self.cutoff = usable_windows(panel, rows, lookback, horizon, least)
        if most is not None and len(self.series) > most:
            kept = np.linspace(0, len(self.series) - 1, most).astype(np.int64)
            self.series, self.cutoff = self.series[kept], self.cutoff[kept]
        known = panel.values[scale_rows], panel.observed[scale_rows]
        self.scales = StandardScaler.fit(*known).scale.astype(np.float32)

    def __len__(self) -> int:
        return len(self.series)

    def batch(self, indices: np.ndarray) -> dict[str, Tensor]:
        """Tensors as `TempoObjective` reads them."""
        series, cutoff = self.series[indices], self.cutoff[indices]
        windows = gather_windows(self.panel, series, cutoff, self.lookback, 0)
        future, observed = targets(self.panel, series, cutoff, self.horizon)
        return {
            "context": torch.from_numpy(windows.context),
            "observed": torch.from_numpy(windows.observed),
            "target": torch.from_numpy(future),
            "target_observed": torch.from_numpy(observed),
            "period": torch.full((len(series),), self.panel.period, dtype=torch.int64),
            "scale": torch.from_numpy(self.scales[series]),
        }
