"""STL of many series at once: seasonal-trend decomposition by loess (Cleveland et al. 1990)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numba.core import config
from numpy.typing import ArrayLike

from ....shared.errors import InputError
from .inner_loop import StlTables, decompose_range
from .loess import loess_table
from .settings import StlOptions, StlSettings, stl_settings


@dataclass(frozen=True)
class Decomposition:
    """Components shaped like the series, in its unit: series = trend + seasonal + residual.

    Where a point was missing (weight zero) trend and seasonal are still defined and the residual is 0.
    `weights` is the product of the weights given and the robustness weights of the last iteration.
    """

    trend: np.ndarray
    seasonal: np.ndarray
    residual: np.ndarray
    weights: np.ndarray


def stl_batch(
    values: ArrayLike,
    period: int,
    *,
    weights: ArrayLike | None = None,
    threads: int | None = None,
    **options: Unpack[StlOptions],
) -> Decomposition:
    """Decompose every series of `values` [..., n], each on its own.

    Args:
        values: series along the last axis, any unit.
        period: points per season, at least 2; n must be at least twice that.
        weights: [..., n] or [n], >= 0. Zero (or False) marks a missing point: its value is never read and
            may be NaN; the loess neighbourhoods reach to the nearest observed points instead, so that
            trend and seasonal are defined there too. Other weights multiply the robustness weights.
        threads: series are shared out to so many threads; default numba's setting (NUMBA_NUM_THREADS).
        options: see `StlSettings`.

    Returns:
        A `Decomposition` of float64 arrays shaped like `values`.

    Raises:
        InputError: series too short, a non-finite value that is not marked missing, a series with fewer than
            two observed points, bad weights or options.
    """
    settings = stl_settings(period, **options)
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0:
        raise InputError("values", "is a single number", expected="series along the last axis")
    settings.require_length(array.shape[-1])
    series = np.ascontiguousarray(array.reshape(-1, array.shape[-1]))
    prior, given = _prior_weights(weights, array.shape)
    series = _readable(series, prior, given)
    trend, seasonal, final = run_stl(series, prior, given, settings, threads)
    residual = residual_of(series - seasonal, trend, prior > 0)
    return Decomposition(*(part.reshape(array.shape) for part in (trend, seasonal, residual, final)))


def run_stl(
    series: np.ndarray, prior: np.ndarray, given: np.ndarray, settings: StlSettings, threads: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Trend, seasonal and final weights of checked float64 series [N, n], shared out to threads."""
    count, length = series.shape
    tables = stl_tables(length, settings)
    trend, seasonal, final = np.empty((3, count, length))
    # A pool of our own around nogil kernels: numba's parallel loops may not be entered from two Python
    # threads at once under its default threading layer, and a forecasting service does just that.
    # (Asking numba for its number of threads starts that layer, which changes torch's: they share OpenMP.)
    usual: int = config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    workers = max(1, min(count, threads if threads is not None else usual))
    edges = np.linspace(0, count, workers + 1).astype(int)

    def work(worker: int) -> None:
        decompose_range(
            series,
            prior,
            given,
            settings.period,
            settings.inner_passes,
            settings.outer_passes,
            tables,
            int(edges[worker]),
            int(edges[worker + 1]),
            trend,
            seasonal,
            final,
        )

    if workers == 1:
        work(0)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, range(workers)))
    return trend, seasonal, final


def residual_of(rest: np.ndarray, trend: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """What trend leaves of `rest`, 0 at missing points (where `rest` may be NaN)."""
    return np.where(observed, rest - trend, 0.0)


def stl_tables(length: int, settings: StlSettings) -> StlTables:
    """The four smoothers of one configuration for series of `length` points."""
    longest = (length - 1) // settings.period + 1
    shortest = max(length // settings.period, 2)
    span, degree, jump = settings.seasonal, settings.seasonal_deg, settings.seasonal_jump
    return StlTables(
        loess_table(longest, span, degree, jump),
        loess_table(shortest, span, degree, jump),
        loess_table(length, settings.low_pass_span, settings.low_pass_deg, settings.low_pass_jump),
        loess_table(length, settings.trend_span, settings.trend_deg, settings.trend_jump),
    )


def _prior_weights(weights: ArrayLike | None, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Weights as float64 [N, n], and which series [N] have weights other than one."""
    rows = int(np.prod(shape[:-1]))
    if weights is None:
        return np.ones((rows, shape[-1])), np.zeros(rows, dtype=bool)
    array = np.asarray(weights, dtype=np.float64)
    try:
        prior = np.ascontiguousarray(np.broadcast_to(array, shape)).reshape(rows, shape[-1])
    except ValueError:
        raise InputError(
            "weights", f"has shape {array.shape}", expected=f"the shape {shape} of values"
        ) from None
    bad = np.argwhere(~(np.isfinite(prior) & (prior >= 0)))
    if bad.size:
        row, step = bad[0]
        raise InputError(
            "weights",
            f"{prior[row, step]} is not a weight",
            where=f"series {row}, step {step}",
            expected="finite numbers >= 0",
        )
    return prior, (prior != 1.0).any(axis=1)


def _readable(series: np.ndarray, prior: np.ndarray, given: np.ndarray) -> np.ndarray:
    """The series with straight lines over missing points; refuses what cannot be decomposed."""
    bad = np.argwhere(~np.isfinite(series) & (prior > 0))
    if bad.size:
        row, step = bad[0]
        raise InputError(
            "values",
            f"{series[row, step]} is not a finite number",
            where=f"series {row}, step {step}",
            remedy="Pass weights with 0 where a point is missing",
        )
    if not given.any():
        return series
    observed = prior > 0
    few = np.flatnonzero(observed.sum(axis=1) < 2)
    if few.size:
        raise InputError(
            "values",
            "has fewer than two observed points",
            where=f"series {few[0]}",
            remedy="Leave this series out",
        )
    filled = series.copy()
    steps = np.arange(series.shape[1])
    for row in np.flatnonzero(given):
        seen = observed[row]
        filled[row, ~seen] = np.interp(steps[~seen], steps[seen], series[row, seen])
    return filled
