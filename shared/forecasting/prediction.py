"""What a forecasting model answers for a batch of windows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Prediction:
    """Arrays only; `Forecast` adds names and times. B origins, H steps, Q levels."""

    point: np.ndarray
    """float32 [B, H]."""
    quantiles: np.ndarray | None = None
    """float32 [B, H, Q], ascending along Q; None when the model has no native quantiles."""
    levels: tuple[float, ...] = ()
    components: dict[str, np.ndarray] = field(default_factory=dict)
    """Named float32 [B, H] parts (trend, season, residual) that add up to `point`."""
