"""Several seasons at once: STL applied to each period in turn, repeated (Bandara, Hyndman, Bergmeir 2021).

"MSTL: a seasonal-trend decomposition algorithm for time series with multiple seasonal patterns",
arXiv 2107.13462, without the Box-Cox step. Without robustness iterations it is linear as STL is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from ....shared.errors import InputError
from .operator import StlOperator, check_length, check_windows, frozen, stl_operator
from .settings import StlOptions
from .stl import Decomposition, residual_of, stl_batch


@dataclass(frozen=True)
class MultiDecomposition:
    """As `Decomposition`, with `seasonal` [K, ..., n]: one component per period, as `periods` lists them."""

    periods: tuple[int, ...]
    trend: np.ndarray
    seasonal: np.ndarray
    residual: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class MstlOperator:
    """`trend` [n, n] and `seasonal` [K, n, n], float64 and read-only; component = matrix @ series."""

    periods: tuple[int, ...]
    trend: np.ndarray
    seasonal: np.ndarray

    def apply(self, windows: ArrayLike) -> MultiDecomposition:
        """Decompose windows [..., n] in float64; InputError for another length or a non-finite value."""
        array = np.asarray(windows, dtype=np.float64)
        check_windows(array, self.trend.shape[0])
        flat = array.reshape(-1, array.shape[-1])
        trend = (flat @ self.trend.T).reshape(array.shape)
        seasonal = (flat @ self.seasonal.mT).reshape(-1, *array.shape)
        residual = array - trend - seasonal.sum(axis=0)
        return MultiDecomposition(self.periods, trend, seasonal, residual, np.broadcast_to(1.0, array.shape))

    def combined(self) -> StlOperator:
        """The operator whose seasonal component is the sum over all periods."""
        return StlOperator(self.trend, frozen(self.seasonal.sum(axis=0)))


def mstl(
    values: ArrayLike,
    periods: Sequence[int],
    *,
    windows: Sequence[int] | None = None,
    iterate: int = 2,
    weights: ArrayLike | None = None,
    threads: int | None = None,
    **options: Unpack[StlOptions],
) -> MultiDecomposition:
    """Decompose every series of `values` [..., n] into a trend and one seasonal component per period.

    Args:
        values: series along the last axis, any unit.
        periods: distinct, each at least 2 with n >= 2 period; worked through from the shortest.
        windows: seasonal loess span (odd) per period; default 11, 15, 19 ... from the shortest period on.
        iterate: rounds over all periods (one round suffices for a single period).
        weights: as in `stl_batch`.
        threads: as in `stl_batch`.
        options: options of each STL, as in `stl_batch`, except `seasonal`.

    Raises:
        InputError: as `stl_batch`, and for periods or windows that do not fit together.
    """
    order, spans = _periods_and_spans(periods, windows, iterate, options)
    rest = np.array(values, dtype=np.float64)
    seasonal = np.zeros((len(order), *rest.shape))
    step: Decomposition | None = None
    for _ in range(iterate if len(order) > 1 else 1):
        for k, (period, span) in enumerate(zip(order, spans, strict=True)):
            rest += seasonal[k]
            own = StlOptions(**{**options, "seasonal": span})
            step = stl_batch(rest, period, weights=weights, threads=threads, **own)
            seasonal[k] = step.seasonal
            rest -= seasonal[k]
    assert step is not None
    observed = np.broadcast_to(np.asarray(1.0 if weights is None else weights), rest.shape) > 0
    residual = residual_of(rest, step.trend, observed)
    return MultiDecomposition(order, step.trend, seasonal, residual, step.weights)


def mstl_operator(
    n: int,
    periods: Sequence[int],
    *,
    windows: Sequence[int] | None = None,
    iterate: int = 2,
    **options: Unpack[StlOptions],
) -> MstlOperator:
    """Operator of `mstl` on windows of `n` points, kept for the next call; limits as for `stl_operator`."""
    order, spans = _periods_and_spans(periods, windows, iterate, options)
    return _compose(check_length(n), order, spans, iterate, tuple(sorted(options.items())))


@lru_cache(maxsize=8)
def _compose(
    n: int,
    order: tuple[int, ...],
    spans: tuple[int, ...],
    iterate: int,
    options: tuple[tuple[str, object], ...],
) -> MstlOperator:
    rest = np.eye(n)
    seasonal = np.zeros((len(order), n, n))
    trend = rest
    for _ in range(iterate if len(order) > 1 else 1):
        for k, (period, span) in enumerate(zip(order, spans, strict=True)):
            own = StlOptions(**{**dict(options), "seasonal": span})  # pyright: ignore[reportArgumentType]
            step = stl_operator(n, period, **own)
            rest += seasonal[k]
            seasonal[k] = step.seasonal @ rest
            trend = step.trend @ rest
            rest -= seasonal[k]
    return MstlOperator(order, frozen(trend), frozen(seasonal))


def _periods_and_spans(
    periods: Sequence[int], windows: Sequence[int] | None, iterate: int, options: StlOptions
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Periods from the shortest on, with their seasonal spans."""
    if len(periods) == 0 or len(set(periods)) != len(periods):
        raise InputError(
            "periods", f"{list(periods)} are not usable", expected="one or more distinct periods"
        )
    if "seasonal" in options:
        raise InputError(
            "seasonal", "does not say which period it is for", remedy="Use windows=, one a period"
        )
    if iterate < 1:
        raise InputError("iterate", f"{iterate} rounds decompose nothing", expected="an integer >= 1")
    if windows is None:
        return tuple(sorted(periods)), tuple(11 + 4 * k for k in range(len(periods)))
    if len(windows) != len(periods):
        raise InputError(
            "windows", f"{len(windows)} spans for {len(periods)} periods", expected="one span per period"
        )
    pairs = sorted(zip(periods, windows, strict=True))
    return tuple(period for period, _ in pairs), tuple(span for _, span in pairs)
