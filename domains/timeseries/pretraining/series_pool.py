"""Many series of unequal length in one flat array, with windows cut by index in one compiled pass."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np

from ....shared.errors import InputError


@dataclass(frozen=True)
class NamedSeries:
    """One real series: a name "set/variable@step", its values (NaN where lost) and its main season."""

    name: str
    values: np.ndarray
    period: int


@dataclass(frozen=True)
class SeriesPool:
    """Series laid end to end."""

    values: np.ndarray
    """float32 [total], 0 where unobserved."""
    observed: np.ndarray
    """bool [total]."""
    start: np.ndarray
    """int64 [N + 1], series i is values[start[i]:start[i + 1]]."""
    period: np.ndarray
    """int64 [N]."""

    def __len__(self) -> int:
        return self.period.size

    @property
    def length(self) -> np.ndarray:
        """Steps of each series, int64 [N]."""
        return np.diff(self.start)

    @staticmethod
    def of(series: Sequence[NamedSeries]) -> SeriesPool:
        """Lay series end to end, non-finite values counted as unobserved.

        Raises:
            InputError: when there is no series.
        """
        if not series:
            raise InputError("series", "the pool is empty", expected="at least one series")
        flat = np.concatenate([one.values for one in series]).astype(np.float32)
        observed = np.isfinite(flat)
        start = np.cumsum([0] + [one.values.size for one in series]).astype(np.int64)
        period = np.array([one.period for one in series], dtype=np.int64)
        return SeriesPool(np.where(observed, flat, np.float32(0)), observed, start, period)

    @staticmethod
    def of_table(values: np.ndarray, observed: np.ndarray, period: np.ndarray) -> SeriesPool:
        """A pool of N series of equal length, from [N, length] tables."""
        n, length = values.shape
        start = np.arange(n + 1, dtype=np.int64) * length
        return SeriesPool(values.reshape(-1), observed.reshape(-1), start, period.astype(np.int64))

    def windows(self, series: np.ndarray, stop: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Values float32 [B, width] and mask bool [B, width] of the `width` steps before `stop`.

        `stop` [B] counts from each series' own start and may lie outside it; what lies
        outside a series is unobserved and 0.
        """
        out = np.zeros((series.size, width), dtype=np.float32)
        seen = np.zeros((series.size, width), dtype=np.bool_)
        _gather(self.values, self.observed, self.start, series, stop, out, seen)
        return out, seen

    def save(self, path: Path) -> None:
        """Write as .npz, all or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{os.getpid()}.npz")
        np.savez(partial, values=self.values, observed=self.observed, start=self.start, period=self.period)
        partial.replace(path)

    @staticmethod
    def load(path: Path) -> SeriesPool:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as held:
            return SeriesPool(held["values"], held["observed"], held["start"], held["period"])


def cached_pool(path: Path | None, make: Callable[[], SeriesPool]) -> SeriesPool:
    """The pool kept at `path`, made and kept there first when it is not; never kept without a path."""
    if path is not None and path.is_file():
        return SeriesPool.load(path)
    pool = make()
    if path is not None:
        pool.save(path)
    return pool


@numba.njit(cache=True)
def _gather(
    values: np.ndarray,
    observed: np.ndarray,
    start: np.ndarray,
    series: np.ndarray,
    stop: np.ndarray,
    out: np.ndarray,
    seen: np.ndarray,
) -> None:
    width = out.shape[1]
    for b in range(series.size):
        first = start[series[b]]
        last = start[series[b] + 1]
        shift = first + stop[b] - width
        for k in range(max(0, first - shift), min(width, last - shift)):
            out[b, k] = values[shift + k]
            seen[b, k] = observed[shift + k]
