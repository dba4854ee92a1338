"""Memory of a pass over all windows: gathered batch by batch against windows that are materialised.

python -m benchmarks.windows [--series 256] [--steps 20000]

Peak memory is counted by tracemalloc (NumPy reports its buffers to it) while a pass over every window
of every series runs, the data themselves included, and divided by the size of the data. Times are processor
time of one pass over two series.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import xarray as xr  # noqa: E402
from fourfold.shared.forecasting.origins import cutoffs_within, origin_batches  # noqa: E402
from fourfold.shared.forecasting.windows import gather_windows, targets  # noqa: E402
from fourfold.shared.panels.panel import Panel  # noqa: E402

LOOKBACK, HORIZON, BATCH = 336, 96, 512
PEER_SERIES = 2
"""The materialising peer gets this many series: with all of them it would need hundreds of times the data."""


def make_panel(steps: int, series: int) -> Panel:
    values = np.random.default_rng(0).standard_normal((steps, series), dtype=np.float32)
    names = tuple(f"s{n}" for n in range(series))
    return Panel(values, np.ones(values.shape, bool), pd.RangeIndex(steps), names, 1, 24)


def gather_all(panel: Panel) -> float:
    """One pass over all windows with their targets; the sum keeps the work from being skipped."""
    total = 0.0
    cutoffs = cutoffs_within(slice(LOOKBACK, panel.n_steps), HORIZON)
    for series, cutoff in origin_batches(panel, cutoffs, minimum=LOOKBACK, lookback=LOOKBACK, size=BATCH):
        windows = gather_windows(panel, series, cutoff, LOOKBACK, HORIZON)
        total += float(windows.context[:, -1].sum()) + float(targets(panel, series, cutoff, HORIZON)[0].sum())
    return total


def materialise_all(panel: Panel) -> float:
    """The same windows as xarray's rolling().construct makes them."""
    array = xr.DataArray(panel.values, dims=("time", "series"))
    windows = array.rolling(time=LOOKBACK + HORIZON).construct("step")[LOOKBACK + HORIZON - 1 :]
    windows = windows.copy()
    return float(windows[..., LOOKBACK - 1].sum()) + float(windows[..., LOOKBACK:].sum())


def peak_ratio(steps: int, series: int, walk: Callable[[Panel], float]) -> tuple[float, float]:
    """Peak memory of making the data and walking over it, over the data's size; and that size in MB."""
    walk(make_panel(LOOKBACK + HORIZON + 5, 1))  # compile before counting
    tracemalloc.start()
    panel = make_panel(steps, series)
    size = panel.values.nbytes + panel.observed.nbytes
    tracemalloc.reset_peak()
    walk(panel)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / size, size / 1e6


def main(arguments: list[str] | None = None) -> None:
    """Measure and write results/windows.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=256)
    parser.add_argument("--steps", type=int, default=20_000)
    chosen = parser.parse_args(arguments)
    ours, size = peak_ratio(chosen.steps, chosen.series, gather_all)
    peer, _ = peak_ratio(chosen.steps, PEER_SERIES, materialise_all)
    panel = make_panel(chosen.steps, PEER_SERIES)
    times = interleave(
        {"ours": lambda: gather_all(panel), "peer": lambda: materialise_all(panel)},
        repeats=5,
        clock=time.process_time,
    )
    speed = ratio_summary(times)
    windows = (chosen.steps - LOOKBACK - HORIZON + 1) * chosen.series
    print(f"{windows:,} windows of {LOOKBACK}+{HORIZON} over {size:.1f} MB of data")
    print(f"peak memory: {ours:.2f}x the data; materialised by xarray: {peer:.0f}x (of {PEER_SERIES} series)")
    print(report("all windows of 2 series", speed))
    payload = {"peak_memory_ratio": {"ours": ours, "peer": peer}, "data_megabytes": size, "windows": windows}
    write_result("windows", {**payload, "peer": "xarray rolling().construct", **speed}, ("xarray",))


if __name__ == "__main__":
    main()
