"""How every benchmark here measures: ours and the peer in turns, one process, one thread, spread told."""

from __future__ import annotations

import gc
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
THREAD_SETTINGS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
REPORTED_PACKAGES = ("fourfold", "torch", "numpy", "numba", "scipy", "pandas", "lightning", "statsmodels")


def one_thread() -> None:
    """Call before numpy, numba or torch are imported: their thread pools read these at import."""
    for name in THREAD_SETTINGS:
        os.environ[name] = "1"
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def interleave(
    callables: Mapping[str, Callable[[], Any]],
    repeats: int = 7,
    warm_up: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Seconds per call of each callable, called in turns so that drift of the machine hits all alike.

    Odd rounds run in reverse order, so that nobody always profits from a warm cache.
    `clock=time.process_time` counts processor time alone, for a machine that others use too.
    """
    for _ in range(warm_up):
        for call in callables.values():
            call()
    times: dict[str, list[float]] = {name: [] for name in callables}
    for round_ in range(repeats):
        names = list(callables) if round_ % 2 == 0 else list(callables)[::-1]
        for name in names:
            gc.collect()
            start = clock()
            callables[name]()
            times[name].append(clock() - start)
    return times


def spread(values: list[float]) -> dict[str, float]:
    """Minimum, median and maximum."""
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def ratio_summary(times: Mapping[str, list[float]], ours: str = "ours", peer: str = "peer") -> dict[str, Any]:
    """Peer's time over ours, round by round (above 1: ours is faster), and both in seconds."""
    ratios = [p / o for o, p in zip(times[ours], times[peer], strict=True)]
    return {
        "speedup": spread(ratios),
        "ours_seconds": spread(times[ours]),
        "peer_seconds": spread(times[peer]),
        "rounds": len(ratios),
    }


def machine() -> dict[str, Any]:
    """Processor, cores and system, as far as the system tells; no host name."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].split(":", 1)[1].strip() if lines else model
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "arch": platform.machine(),
    }


def versions(extra: tuple[str, ...] = ()) -> dict[str, str]:
    """Versions of Python and of the reported packages that are installed."""
    found = {"python": platform.python_version()}
    for name in (*REPORTED_PACKAGES, *extra):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def write_result(name: str, payload: dict[str, Any], packages: tuple[str, ...] = ()) -> Path:
    """Write `results/<name>.json` whole or not at all, with machine, versions, command and date."""
    record = {
        "name": name,
        "command": f"python -m benchmarks.{name}",
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "versions": versions(packages),
        **payload,
    }
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{name}.json"
    partial = target.with_suffix(".json.part")
    partial.write_text(json.dumps(record, indent=2, allow_nan=False) + "\n")
    partial.replace(target)
    return target


def report(name: str, summary: Mapping[str, Any]) -> str:
    """One line for the terminal: the ratio with its spread, and both times."""
    ratio = summary["speedup"]
    return (
        f"{name}: {ratio['median']:.2f}x (min {ratio['min']:.2f}, max {ratio['max']:.2f}, "
        f"{summary['rounds']} rounds); ours {summary['ours_seconds']['median'] * 1e3:.3g} ms, "
        f"peer {summary['peer_seconds']['median'] * 1e3:.3g} ms"
    )
