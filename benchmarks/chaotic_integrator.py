"""Chaotic trajectories: our extrapolation integrator against dysts' Radau, same grid, start and parameters.

Run: python -m benchmarks.chaotic_integrator [--quick]. Target: at least 100x at an error that is no larger.
Both errors are measured against scipy's DOP853 at rtol 1e-13. Peer: `pip install --no-deps dysts gluonts
toolz scikit-learn joblib threadpoolctl` (gluonts asks for pandas 2, but runs); where dysts is not installed,
scipy's Radau at dysts' tolerances (rtol = atol = 1e-12) stands in and the result says so.
Processor time is what is compared, so that other work on the machine counts for neither side.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold.domains.timeseries.synthetic.chaos import (  # noqa: E402
    ChaoticSystem,
    chaotic_system,
    trajectory,
)
from fourfold.domains.timeseries.synthetic.chaotic_flow import flow  # noqa: E402
from scipy.integrate import solve_ivp  # noqa: E402

DYSTS_NAMES = {
    "lorenz": "Lorenz",
    "rossler": "Rossler",
    "chen": "Chen",
    "halvorsen": "Halvorsen",
    "rucklidge": "Rucklidge",
    "lorenz96": "Lorenz96",
}
POINTS = 100
"""One dominant period, at dysts' default of 100 points per period."""

Solver = Callable[[], np.ndarray]


def scipy_solution(system: ChaoticSystem, times: np.ndarray, method: str, tolerance: float) -> np.ndarray:
    """States [T, d] by scipy from the system's own start."""
    parameters = np.array(system.parameters, dtype=float)

    def slope(_: float, y: np.ndarray) -> np.ndarray:
        out = np.empty(y.size)
        flow(system.kind, y, parameters, out)
        return out

    start = np.array(system.initial, dtype=float)
    span = (times[0], times[-1])
    return solve_ivp(slope, span, start, method, times, rtol=tolerance, atol=tolerance).y.T


def dysts_solver(system: ChaoticSystem) -> Solver | None:
    """dysts' make_trajectory from the same start and parameters; None where dysts is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from dysts import flows  # pyright: ignore[reportMissingImports]
    except ImportError:
        return None
    model = getattr(flows, DYSTS_NAMES[system.name])()
    model.period = system.period
    start = np.array(system.initial, dtype=float)

    def solve() -> np.ndarray:
        return model.make_trajectory(
            POINTS, init_cond=start, resample=True, method="Radau", rtol=1e-12, atol=1e-12, postprocess=False
        )

    return solve


def measure(name: str, repeats: int) -> tuple[dict[str, Any], str]:
    """One system's ratio, errors and what the peer was."""
    system = chaotic_system(name)
    if name == "lorenz":
        # dysts rounds 8/3 so, and keeps its parameters where they cannot be changed.
        system = replace(system, parameters=(10.0, 28.0, 2.667))
    times = np.linspace(0, system.period * POINTS / 100, POINTS)
    peer, label = dysts_solver(system), "dysts make_trajectory, Radau, rtol = atol = 1e-12"
    if peer is None:
        label = "scipy Radau, rtol = atol = 1e-12 (dysts not installed)"

        def peer() -> np.ndarray:
            return scipy_solution(system, times, "Radau", 1e-12)

    reference = scipy_solution(system, times, "DOP853", 1e-13)
    size = np.abs(reference).max()
    errors = {
        "ours_error": float(np.abs(trajectory(system, times) - reference).max() / size),
        "peer_error": float(np.abs(peer() - reference).max() / size),
    }
    callables: dict[str, Solver] = {"ours": lambda: trajectory(system, times), "peer": peer}
    summary = ratio_summary(interleave(callables, repeats, warm_up=0, clock=time.process_time))
    return {**summary, **errors}, label


def main(arguments: list[str] | None = None) -> None:
    """Measure all systems, print one line each, write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two systems, two rounds, nothing written")
    quick = parser.parse_args(arguments).quick
    trajectory(chaotic_system("lorenz"), np.array([0.0, 0.1]))
    systems: dict[str, Any] = {}
    peer = ""
    for name in list(DYSTS_NAMES)[: 2 if quick else None]:
        systems[name], peer = measure(name, 2 if quick else 3)
        errors = f"error {systems[name]['ours_error']:.1e} against {systems[name]['peer_error']:.1e}"
        print(report(name, systems[name]) + "; " + errors, flush=True)
    smallest = min(result["speedup"]["min"] for result in systems.values())
    print(f"smallest ratio {smallest:.0f}x against {peer}")
    if not quick:
        payload = {"target": "at least 100x at no larger error", "peer": peer, "clock": "processor time"}
        write_result("chaotic_integrator", {**payload, "points": POINTS, "systems": systems}, ("dysts",))


if __name__ == "__main__":
    main()
