"""Zero-shot accuracy and speed of the shipped `tempo-zero` on sets it never saw.

The windows are those of `zero_shot_peers.py` (see its first lines), whose figures for statsforecast's
models are read from `results/zero_shot_peers.json` and set beside ours. The time is that of 100 series of
512 points in one call on one thread, after a first call. Writes `results/zero_shot.json`.

Needs $FOURFOLD_DATA. Run: `python -m benchmarks.zero_shot [MODEL]`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from benchmarks.measure import RESULTS, one_thread, spread, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold.domains.timeseries.forecaster import Forecaster  # noqa: E402
from fourfold.shared.forecasting.windows import Windows  # noqa: E402

from benchmarks.zero_shot_peers import (  # noqa: E402
    CONTEXT,
    HORIZONS,
    SETS,
    ZeroShotSet,
    seasonal_naive,
    windows_of,
)

SERIES = 100


def forecast(forecaster: Forecaster, contexts: np.ndarray, horizon: int, period: int) -> np.ndarray:
    """Point forecasts [B, H] of float contexts [B, L]."""
    count = len(contexts)
    windows = Windows(
        context=np.ascontiguousarray(contexts, dtype=np.float32),
        observed=np.ones(contexts.shape, dtype=bool),
        series=np.arange(count),
        cutoff=np.full(count, contexts.shape[1] - 1),
        horizon=horizon,
        period=period,
    )
    return forecaster.model.predict(windows).point


def measure(forecaster: Forecaster, item: ZeroShotSet, values: np.ndarray, horizon: int) -> dict[str, float]:
    """Mean MASE of ours and of seasonal naive over the windows of one set."""
    windows = [window for window in windows_of(item, values, horizon) if window.scale > 0]
    ours = forecast(forecaster, np.stack([w.context for w in windows]), horizon, item.period)
    errors = [np.abs(f - w.target).mean() / w.scale for f, w in zip(ours, windows, strict=True)]
    naive = [
        np.abs(seasonal_naive(w.context, horizon, item.period) - w.target).mean() / w.scale for w in windows
    ]
    return {"windows": len(windows), "ours": float(np.mean(errors)), "SeasonalNaive": float(np.mean(naive))}


def seconds_of_a_call(forecaster: Forecaster, horizon: int = 96, repeats: int = 5) -> dict[str, float]:
    """Time to forecast 100 series of 512 points on one thread, in seconds."""
    rng = np.random.default_rng(0)
    contexts = rng.normal(size=(SERIES, CONTEXT)).cumsum(1) + 5 * np.sin(np.arange(CONTEXT) * 2 * np.pi / 24)
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        forecast(forecaster, contexts, horizon, 24)
        times.append(time.perf_counter() - start)
    return {"first": times[0], **spread(times[1:])}


def main() -> None:
    root = os.environ.get("FOURFOLD_DATA")
    if not root:
        raise SystemExit("FOURFOLD_DATA: not set; name the folder that holds the benchmark sets.")
    name = sys.argv[1] if len(sys.argv) > 1 else "tempo-zero"
    forecaster = Forecaster.load(name)
    peers = json.loads((RESULTS / "zero_shot_peers.json").read_text())["sets"]
    rows: dict[str, dict[str, dict[str, float]]] = {}
    for item in SETS:
        for horizon in HORIZONS:
            cell = measure(forecaster, item, item.values(Path(root)), horizon)
            cell.update({k: v for k, v in peers[item.name][str(horizon)]["mase"].items() if k not in cell})
            rows.setdefault(item.name, {})[str(horizon)] = cell
            print(item.name, horizon, {k: round(v, 4) for k, v in cell.items()}, flush=True)
    cells = [cell for horizons in rows.values() for cell in horizons.values()]
    names = [name for name in cells[0] if name != "windows"]
    ratios = {n: float(np.exp(np.mean([np.log(c[n] / c["SeasonalNaive"]) for c in cells]))) for n in names}
    speed = seconds_of_a_call(forecaster)
    print("ratio to seasonal naive:", {k: round(v, 4) for k, v in ratios.items()})
    print(f"{SERIES} series of {CONTEXT} points:", {k: round(v, 3) for k, v in speed.items()}, "s")
    if name == "tempo-zero":
        payload = {"mase": rows, "ratio_to_seasonal_naive": ratios, "seconds_100_series_of_512": speed}
        print("wrote", write_result("zero_shot", payload))


if __name__ == "__main__":
    main()
