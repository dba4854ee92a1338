"""STL as two matrices: without robustness iterations every component is linear in the series.

Each smoother of STL weighs the points by position alone, so trend = T x and seasonal = S x for matrices that
depend on the length and the settings only. Built once, they decompose any batch of windows with one matrix
product: per window (nothing outside it is read), differentiable, on any device.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Unpack

import numpy as np
from numpy.typing import ArrayLike

from ....shared.errors import InputError
from .settings import StlOptions, StlSettings, stl_settings
from .smoother_matrices import stl_matrices
from .stl import Decomposition

if TYPE_CHECKING:
    import torch

LONGEST_OPERATOR = 2048


@dataclass(frozen=True)
class StlOperator:
    """`trend` and `seasonal` are float64 [n, n], read-only; component = matrix @ series."""

    trend: np.ndarray
    seasonal: np.ndarray

    @property
    def length(self) -> int:
        """Points n of a window."""
        return self.trend.shape[0]

    def apply(self, windows: ArrayLike) -> Decomposition:
        """Decompose windows [..., n] in float64; InputError for another length or a non-finite value."""
        array = np.asarray(windows, dtype=np.float64)
        check_windows(array, self.length)
        flat = array.reshape(-1, self.length)
        trend = (flat @ self.trend.T).reshape(array.shape)
        seasonal = (flat @ self.seasonal.T).reshape(array.shape)
        residual = array - trend
        residual -= seasonal
        return Decomposition(trend, seasonal, residual, np.broadcast_to(1.0, array.shape))

    def tensors(self, dtype: torch.dtype | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Fresh (trend, seasonal) tensors [n, n], float32 by default, to register as buffers.

        `trend = windows @ trend_matrix.T`. In float32 remove each window's mean first: the error grows with
        the largest value, and constants belong to the trend alone.
        """
        import torch

        kind = torch.float32 if dtype is None else dtype
        return torch.tensor(self.trend, dtype=kind), torch.tensor(self.seasonal, dtype=kind)


def stl_operator(n: int, period: int, **options: Unpack[StlOptions]) -> StlOperator:
    """Operator of STL on windows of `n` points; kept for the next call with the same settings.

    Options are those of `stl_batch` (see `StlSettings`). Raises InputError where robustness iterations are
    asked for (not linear; use `stl_batch`), for n < 2 period and for n > 2048.
    """
    return _build(check_length(n), stl_settings(period, **options))


@lru_cache(maxsize=16)
def _build(n: int, settings: StlSettings) -> StlOperator:
    settings.require_length(n, "n")
    if settings.outer_passes:
        raise InputError(
            "robust" if settings.robust else "outer_iter",
            "robust STL is not linear, so it has no operator",
            remedy="Use stl_batch, or leave robustness off",
        )
    trend, seasonal = stl_matrices(n, settings)
    return StlOperator(frozen(trend), frozen(seasonal))


def frozen(matrix: np.ndarray) -> np.ndarray:
    """A contiguous copy that nobody can write to: it is shared by all who ask."""
    copy = np.ascontiguousarray(matrix)
    copy.setflags(write=False)
    return copy


def check_length(n: int) -> int:
    """n, or InputError if its matrices would be too large."""
    if n > LONGEST_OPERATOR:
        raise InputError(
            "n",
            f"an operator for {n} points would hold two {n} x {n} matrices",
            expected=f"at most {LONGEST_OPERATOR} points",
            remedy="Use stl_batch for long series",
        )
    return int(n)


def check_windows(array: np.ndarray, length: int) -> None:
    """InputError unless `array` is [..., length] and finite."""
    if array.ndim == 0 or array.shape[-1] != length:
        raise InputError(
            "windows", f"has shape {array.shape}", expected=f"{length} points along the last axis"
        )
    if not np.isfinite(array).all():
        where = tuple(int(index) for index in np.argwhere(~np.isfinite(array))[0])
        raise InputError(
            "windows",
            "holds a value that is not finite",
            where=f"index {where}",
            remedy="Fill gaps first, or use stl_batch with weights",
        )
