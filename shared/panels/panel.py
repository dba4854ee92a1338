"""Panel: many series on one regular time axis, as contiguous arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Panel:
    """Many series on one regular time axis.

    T steps, N series. Series of different length share the axis: `observed` is False before
    a series starts, after it ends and at every gap; `values` is 0 there, never NaN.
    """

    values: np.ndarray
    """float32 [T, N], C-contiguous."""
    observed: np.ndarray
    """bool [T, N]."""
    time: pd.Index
    """UTC-naive DatetimeIndex, or an integer index, strictly increasing and regular. Length T."""
    series: tuple[str, ...]
    """Names of the N series, in the order of the input."""
    freq: str | int
    """Step of the axis: an alias of `frequency.py` ("h", "15min", "MS") or an integer step."""
    period: int
    """Steps in the main season (24 for "h")."""
    timezone: str | None = None
    """Time zone of the input, restored on output; None for naive input."""
    past: dict[str, np.ndarray] = field(default_factory=dict)
    """float32 [T, N] covariates known up to the cutoff, by name."""
    future: dict[str, np.ndarray] = field(default_factory=dict)
    """float32 [T + F, N] covariates known ahead, by name; rows beyond T reach into the future."""
    static: dict[str, np.ndarray] = field(default_factory=dict)
    """float32 [N] facts per series, by name."""
