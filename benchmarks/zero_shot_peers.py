"""Zero-shot accuracy of statsforecast's local models on the windows `tempo-zero` is judged by.

Needs numpy, pandas and statsforecast only, not fourfold: statsforecast pins an older pandas, so it runs in
an environment of its own (`pip install statsforecast`) as `python benchmarks/zero_shot_peers.py`, with
$FOURFOLD_DATA naming the folder of benchmark sets. Writes `results/zero_shot_peers.json`.

The windows, all given in 0-based rows of the csv files; a window's origin is its first forecast row:
* ETTh1, ETTh2: 7 channels, origins 11520, 11616, ... every 96 rows while origin + horizon <= 14400; m = 24;
* exchange_rate: 8 series, the last 20 % of the rows: origins 6070, 6094, ... every 24 rows while
  origin + horizon <= 7588; m = 7.
Context: the 512 rows before the origin. Horizons 24 and 96. The MASE of a window is the mean absolute error
over its horizon by the mean |y_t - y_{t-m}| within its context; windows where the latter is 0 are skipped
and counted. A set's figure is the mean over its windows.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

CONTEXT = 512
HORIZONS = (24, 96)
RESULTS = Path(__file__).resolve().parent / "results"
Peer = Callable[[np.ndarray, int, int], np.ndarray]


@dataclass(frozen=True)
class ZeroShotSet:
    """One file and the test origins taken from it."""

    name: str
    file: str
    first_origin: int
    stop: int
    """One past the last row that a forecast may reach."""
    stride: int
    period: int

    def values(self, root: Path) -> np.ndarray:
        """float64 [rows, series]; the first column of the file is the date."""
        return pd.read_csv(root / "timeseries" / self.file).iloc[:, 1:].to_numpy(np.float64)

    def origins(self, horizon: int) -> range:
        return range(self.first_origin, self.stop - horizon + 1, self.stride)


SETS = (
    ZeroShotSet("ETTh1", "ETT/ETTh1.csv", 11520, 14400, 96, 24),
    ZeroShotSet("ETTh2", "ETT/ETTh2.csv", 11520, 14400, 96, 24),
    ZeroShotSet("exchange_rate", "exchange_rate/exchange_rate.csv", 6070, 7588, 24, 7),
)


@dataclass(frozen=True)
class Window:
    series: int
    origin: int
    context: np.ndarray
    target: np.ndarray
    scale: float


def windows_of(item: ZeroShotSet, values: np.ndarray, horizon: int) -> Iterator[Window]:
    """Every window of a set, series by series within each origin."""
    for origin in item.origins(horizon):
        for series in range(values.shape[1]):
            context = values[origin - CONTEXT : origin, series]
            scale = float(np.abs(context[item.period :] - context[: -item.period]).mean())
            yield Window(series, origin, context, values[origin : origin + horizon, series], scale)


def seasonal_naive(context: np.ndarray, horizon: int, period: int) -> np.ndarray:
    return np.resize(context[-period:], horizon)


def last_value(context: np.ndarray, horizon: int, period: int) -> np.ndarray:
    return np.full(horizon, context[-1])


def dynamic_optimized_theta(context: np.ndarray, horizon: int, period: int) -> np.ndarray:
    from statsforecast.models import DynamicOptimizedTheta

    return DynamicOptimizedTheta(season_length=period).forecast(y=context, h=horizon)["mean"]


def mstl(context: np.ndarray, horizon: int, period: int) -> np.ndarray:
    """statsforecast's own default: MSTL, then AutoETS without season on what is left of the season."""
    from statsforecast.models import MSTL

    return MSTL(season_length=period).forecast(y=context, h=horizon)["mean"]


PEERS: dict[str, Peer] = {
    "SeasonalNaive": seasonal_naive,
    "LastValue": last_value,
    "DynamicOptimizedTheta": dynamic_optimized_theta,
    "MSTL": mstl,
}


def forecast_or_none(peer: Peer, context: np.ndarray, horizon: int, period: int) -> np.ndarray | None:
    """float64 [horizon], or None where the peer raises or answers anything not finite."""
    try:
        forecast = np.asarray(peer(context, horizon, period), dtype=np.float64)
    except Exception:
        return None
    return forecast if np.isfinite(forecast).all() else None


def measure(item: ZeroShotSet, values: np.ndarray, horizon: int) -> dict[str, object]:
    """MASE of every peer on one set at one horizon; where a peer fails, seasonal naive stands in, counted."""
    errors: dict[str, list[float]] = {name: [] for name in PEERS}
    failures = dict.fromkeys(PEERS, 0)
    seconds = dict.fromkeys(PEERS, 0.0)
    skipped = 0
    for window in windows_of(item, values, horizon):
        if window.scale == 0:
            skipped += 1
            continue
        for name, peer in PEERS.items():
            start = time.perf_counter()
            forecast = forecast_or_none(peer, window.context, horizon, item.period)
            if forecast is None:
                failures[name] += 1
                forecast = seasonal_naive(window.context, horizon, item.period)
            seconds[name] += time.perf_counter() - start
            errors[name].append(float(np.abs(forecast - window.target).mean()) / window.scale)
    count = len(errors["SeasonalNaive"])
    return {
        "windows": count,
        "skipped_constant": skipped,
        "origins": [item.origins(horizon)[0], item.origins(horizon)[-1], item.stride],
        "mase": {name: float(np.mean(found)) for name, found in errors.items()},
        "failures": failures,
        "seconds_per_100_windows": {name: 100 * spent / count for name, spent in seconds.items()},
    }


def geometric_ratios(rows: dict[str, dict[str, dict]]) -> dict[str, float]:
    """Geometric mean over sets and horizons of a peer's MASE by seasonal naive's."""
    cells = [cell["mase"] for horizons in rows.values() for cell in horizons.values()]
    return {
        name: float(np.exp(np.mean([np.log(cell[name] / cell["SeasonalNaive"]) for cell in cells])))
        for name in PEERS
    }


def write(rows: dict[str, dict[str, dict]]) -> Path:
    packages = ("statsforecast", "statsmodels", "numpy", "pandas")
    record = {
        "name": "zero_shot_peers",
        "command": "python benchmarks/zero_shot_peers.py",
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in packages},
        "context": CONTEXT,
        "windows": "see the first lines of benchmarks/zero_shot_peers.py",
        "sets": rows,
        "ratio_to_seasonal_naive": geometric_ratios(rows),
    }
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / "zero_shot_peers.json"
    partial = target.with_suffix(".json.part")
    partial.write_text(json.dumps(record, indent=2) + "\n")
    partial.replace(target)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=[item.name for item in SETS])
    parser.add_argument("--horizons", nargs="*", type=int, default=list(HORIZONS))
    parser.add_argument("--dry", action="store_true", help="print, do not write the results file")
    chosen = parser.parse_args()
    root = os.environ.get("FOURFOLD_DATA")
    if not root:
        raise SystemExit("FOURFOLD_DATA: not set; name the folder that holds the benchmark sets.")
    warnings.simplefilter("ignore")  # the peers' convergence chatter: failures are counted instead
    rows: dict[str, dict[str, dict]] = {}
    for item in SETS:
        if item.name not in chosen.sets:
            continue
        values = item.values(Path(root))
        for horizon in chosen.horizons:
            cell = measure(item, values, horizon)
            rows.setdefault(item.name, {})[str(horizon)] = cell
            print(item.name, horizon, json.dumps(cell), flush=True)
    print("ratio to seasonal naive:", geometric_ratios(rows))
    if not chosen.dry:
        print("wrote", write(rows))


if __name__ == "__main__":
    main()
