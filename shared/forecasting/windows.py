"""Windows: a batch of forecast origins, gathered by index from one contiguous array."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Windows:
    """A batch of forecast origins, one series each.

    Shapes: B origins, L steps of context, H steps of horizon.
    """

    context: np.ndarray
    """float32 [B, L], the last L values up to and including the cutoff; no NaN (see `observed`)."""
    observed: np.ndarray
    """bool [B, L], False where the context value was filled in."""
    series: np.ndarray
    """int64 [B], column of the panel."""
    cutoff: np.ndarray
    """int64 [B], row of the panel holding the last context step."""
    horizon: int
    period: int
    """Steps in the main season (24 for hourly data)."""
    past: np.ndarray | None = None
    """float32 [B, L, P] covariates known only up to the cutoff."""
    future: np.ndarray | None = None
    """float32 [B, L + H, F] covariates known ahead (calendar included when asked)."""
    static: np.ndarray | None = None
    """float32 [B, S] facts that do not change in time."""
    seasons: tuple[int, ...] = field(default=())
    """Further seasons, longest last, for models that use several."""
