"""STL against statsmodels: the operator on many windows, and the compiled loops on long series.

Run: python -m benchmarks.stl [--quick]. Targets: operator at least 200x on 2,000 windows of 336 (period 24),
loops at least 4x on 7 x 17,420 (ETTh1 where $FOURFOLD_DATA has it, else generated), all on one thread.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold.domains.timeseries.decomposition.operator import stl_operator  # noqa: E402
from fourfold.domains.timeseries.decomposition.stl import Decomposition, stl_batch  # noqa: E402
from statsmodels.tsa.seasonal import STL  # noqa: E402

PERIOD, WINDOW, WINDOWS = 24, 336, 2000


def long_series() -> tuple[np.ndarray, str]:
    """Series [7, 17420] and where they come from."""
    path = Path(os.environ.get("FOURFOLD_DATA", "")) / "timeseries" / "ETT" / "ETTh1.csv"
    if path.is_file():
        return np.loadtxt(path, delimiter=",", skiprows=1, usecols=range(1, 8)).T.copy(), "ETTh1"
    rng = np.random.default_rng(0)
    day = np.sin(2 * np.pi * np.arange(17420) / PERIOD + rng.uniform(0, 6, (7, 1)))
    walks = rng.normal(size=(7, 17420)).cumsum(axis=1) / 10
    return 5 * day + walks, "generated: random walks with a daily season"


def windows_of(series: np.ndarray, count: int) -> np.ndarray:
    """`count` windows [count, 336] spread evenly over all series."""
    views = np.lib.stride_tricks.sliding_window_view(series, WINDOW, axis=1).reshape(-1, WINDOW)
    return views[np.linspace(0, len(views) - 1, count).astype(int)]


def each_by_statsmodels(series: np.ndarray, **options: Any) -> Decomposition:
    fits = [STL(row, period=PERIOD, **options).fit() for row in series]
    names = ("trend", "seasonal", "resid", "weights")
    return Decomposition(*(np.stack([getattr(fit, name) for fit in fits]) for name in names))


def compare(
    name: str, ours: Callable[[], Decomposition], peer: Callable[[], Decomposition], repeats: int
) -> dict[str, Any]:
    """Ratio with spread, and the largest difference between the two answers."""
    mine, theirs = ours(), peer()
    worst = max(
        float(np.abs(mine.trend - theirs.trend).max()), float(np.abs(mine.seasonal - theirs.seasonal).max())
    )
    summary = ratio_summary(interleave({"ours": ours, "peer": peer}, repeats=repeats, warm_up=0))
    print(report(name, summary), f"; largest difference {worst:.1e}", sep="", flush=True)
    return {**summary, "largest_difference": worst}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer windows and rounds; nothing is written")
    quick = parser.parse_args().quick
    series, source = long_series()
    windows = windows_of(series, 100 if quick else WINDOWS)
    stl_batch(series[:1, :WINDOW], PERIOD, robust=True)  # compile or load before any clock runs
    start = time.perf_counter()
    operator = stl_operator(WINDOW, PERIOD)
    build = time.perf_counter() - start
    repeats = 2 if quick else 3
    results = {
        "source": source,
        "operator_build_seconds": build,
        "operator_2000_windows_of_336": compare(
            "operator, windows of 336",
            lambda: operator.apply(windows),
            lambda: each_by_statsmodels(windows),
            repeats,
        ),
        "batch_7_x_17420": compare(
            "stl_batch, 7 x 17,420",
            lambda: stl_batch(series, PERIOD),
            lambda: each_by_statsmodels(series),
            repeats,
        ),
        "robust_1_x_17420": compare(
            "robust stl_batch, 1 x 17,420",
            lambda: stl_batch(series[:1], PERIOD, robust=True),
            lambda: each_by_statsmodels(series[:1], robust=True),
            repeats,
        ),
        "batch_200_windows_of_336": compare(
            "stl_batch, windows of 336",
            lambda: stl_batch(windows[:200], PERIOD),
            lambda: each_by_statsmodels(windows[:200]),
            repeats,
        ),
    }
    if not quick:
        print(f"written: {write_result('stl', {'threads': 1, **results})}")


if __name__ == "__main__":
    main()
