"""A panel of 8 GB on disk trains `Linear` and forecasts in a process that stays under 2 GB.

Run as `python -m benchmarks.larger_than_memory [--gigabytes 8.1] [--folder DIR]`. The panel (hourly, eight
years, random daily patterns) is generated block by block, used by a fresh process whose peak memory the
system reports, and deleted.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .measure import one_thread, write_result

STEPS, CHUNK = 70_080, 64
LOOKBACK, HORIZON = 24, 24
LIMIT_GB = 2.0


def generate(path: Path, gigabytes: float) -> int:
    """Write a Zarr panel of about `gigabytes` (uncompressed float32); returns the number of series."""
    import dask.array
    import numpy as np
    import pandas as pd
    import xarray as xr

    series = max(int(gigabytes * 1e9 / (4 * STEPS)) // CHUNK, 1) * CHUNK
    values = dask.array.zeros((STEPS, series), dtype=np.float32, chunks=(STEPS, CHUNK))
    time_axis = pd.date_range("2018-01-01", periods=STEPS, freq="h")
    coordinates = {"time": time_axis, "series": np.array([f"s{number:06d}" for number in range(series)])}
    attributes = {"schema_version": 1, "freq": "h", "period": 24, "timezone": "", "clock": "utc"}
    empty = xr.Dataset({"y": (("time", "series"), values)}, coordinates, attributes)
    encoding = {"y": {"_FillValue": np.float32(np.nan), "compressors": None}}
    empty.to_zarr(path, compute=False, zarr_format=2, encoding=encoding)
    rng = np.random.default_rng(0)
    day = np.arange(STEPS, dtype=np.float32)[:, None] * np.float32(2 * np.pi / 24)
    for start in range(0, series, CHUNK):
        phase = rng.uniform(0, 2 * np.pi, CHUNK).astype(np.float32)
        block = np.sin(day + phase) + rng.standard_normal((STEPS, CHUNK), dtype=np.float32) * np.float32(0.5)
        part = xr.Dataset({"y": (("time", "series"), block)})
        part.to_zarr(path, region={"series": slice(start, start + CHUNK)})
    return series


def use(path: Path, out: Path) -> dict[str, float]:
    """Train and forecast, reporting seconds and peak memory of this process."""
    import numpy as np
    from fourfold.domains.timeseries.models.block_fitting import fit_linear_blocks, forecast_block
    from fourfold.shared.panels.lazy_panel import open_blocks, write_forecasts

    imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    blocks = open_blocks(path)
    start = time.perf_counter()
    model = fit_linear_blocks(blocks, HORIZON, lookback=LOOKBACK)
    trained = time.perf_counter()
    write_forecasts(out, blocks, lambda panel: forecast_block(model, panel, HORIZON), HORIZON)
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    first = blocks.rows(slice(0, CHUNK), slice(None))
    scale = float(np.abs(forecast_block(model, first, HORIZON)).max())
    return {
        "series": blocks.n_series,
        "blocks": len(blocks),
        "train_seconds": trained - start,
        "forecast_seconds": done - trained,
        "imports_gb": imported,
        "peak_gb": peak,
        "largest_forecast": scale,
    }


def main(arguments: list[str] | None = None) -> int:
    """Generate, use in a process of its own, delete, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=8.1)
    parser.add_argument("--folder", type=Path, default=None, help="where the panel is written meanwhile")
    parser.add_argument("--use", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    one_thread()
    if chosen.use is not None:
        print(json.dumps(use(chosen.use, chosen.use.with_name("forecasts.zarr"))))
        return 0
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        path = Path(folder) / "panel.zarr"
        start = time.perf_counter()
        generate(path, chosen.gigabytes)
        generated = time.perf_counter() - start
        on_disk = sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e9
        command = [sys.executable, "-m", "benchmarks.larger_than_memory", "--use", str(path)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
    measured = json.loads(answer.stdout.splitlines()[-1])
    payload = {"panel_gb": on_disk, "limit_gb": LIMIT_GB, "generate_seconds": generated, **measured}
    payload["peak_under_limit"] = measured["peak_gb"] < LIMIT_GB
    if chosen.gigabytes >= 8:
        write_result("larger_than_memory", payload, ("xarray", "zarr", "dask"))
    print(
        f"larger_than_memory: {on_disk:.2f} GB in {measured['blocks']} blocks; "
        f"peak {measured['peak_gb']:.2f} GB (imports alone {measured['imports_gb']:.2f}); "
        f"trained in {measured['train_seconds']:.0f} s, forecast in {measured['forecast_seconds']:.0f} s"
    )
    return 0 if payload["peak_under_limit"] else 1


if __name__ == "__main__":
    sys.exit(main())
