"""How far below the slot mean the subway's inflow can be forecast: a linear reference, and an oracle.

FOURFOLD_DATA=... python -m benchmarks.graph_subway_limits

Deviations from the mean of 20 days are divided by the root of that mean. The reference is a ridge regression,
one for all stations and each lead, from the station's last four deviations, those of the last five days at
the hour to forecast, its outflow, and the mean over stations. The oracle is told the leading principal
components of the deviations at the very time it is asked for. The least possible error is Poisson noise.
"""

from __future__ import annotations

import sys

from benchmarks.measure import one_thread, write_result

one_thread()

import numpy as np  # noqa: E402
from fourfold.domains.graphs.datasets import load_network  # noqa: E402
from fourfold.shared.errors import InputError  # noqa: E402

STEPS, DAY, KNOWN = 4, 72, 20 * 72
COMPONENTS = (1, 3, 10, 30)


def deviations(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scaled deviations from the mean of the known days [T, N], and the scale [T, N]."""
    mean = np.tile(values[:KNOWN].reshape(-1, DAY, values.shape[1]).mean(axis=0), (len(values) // DAY, 1))
    scale = np.sqrt(mean + 4)
    return (values - mean) / scale, scale


def features(inflow: np.ndarray, outflow: np.ndarray, cutoffs: np.ndarray, lead: int) -> np.ndarray:
    """[C, N, 13] of what is known at each cutoff about the step `lead` later."""
    shared = [
        np.broadcast_to(inflow[cutoffs - k].mean(axis=1)[:, None], inflow[cutoffs].shape) for k in (0, 1)
    ]
    own = [inflow[cutoffs - k] for k in range(4)] + [outflow[cutoffs - k] for k in range(2)]
    earlier = [inflow[cutoffs + lead - DAY * days] for days in range(1, 6)]
    return np.stack(own + shared + earlier, axis=-1)


def ridge_errors(inflow: np.ndarray, outflow: np.ndarray, scale: np.ndarray) -> list[float]:
    """Test MAE by lead of the reference, fitted on the known days."""
    found = []
    for lead in range(1, STEPS + 1):
        learnt, asked = np.arange(5 * DAY + 4, KNOWN - lead), np.arange(KNOWN - 1, len(inflow) - STEPS)
        x = features(inflow, outflow, learnt, lead).reshape(-1, 13)
        y = inflow[learnt + lead].reshape(-1)
        weights = np.linalg.solve(x.T @ x + 1e-3 * len(x) * np.eye(13), x.T @ y)
        miss = inflow[asked + lead] - features(inflow, outflow, asked, lead) @ weights
        found.append(float(np.abs(miss * scale[asked + lead]).mean()))
    return found


def oracle_errors(inflow: np.ndarray, scale: np.ndarray) -> dict[int, float]:
    """Test MAE that is left when leading components (learnt on the known days) of the test rows are given."""
    directions = np.linalg.svd(inflow[:KNOWN], full_matrices=False)[2]
    test, left = inflow[KNOWN:], {}
    for count in COMPONENTS:
        base = directions[:count].T
        left[count] = float(np.abs((test - test @ base @ base.T) * scale[KNOWN:]).mean())
    return left


def main() -> None:
    """Measure, print and keep."""
    try:
        inflow, outflow = (
            load_network("beijing-subway", [name])[0].panel.values.astype(np.float64)
            for name in ("in", "out")
        )
    except InputError as error:
        sys.exit(str(error))
    rate = inflow[:KNOWN].reshape(-1, DAY, inflow.shape[1]).mean(axis=0)
    noise = float(np.abs(np.random.default_rng(0).poisson(rate) - rate).mean())
    (z_in, scale), (z_out, _) = deviations(inflow), deviations(outflow)
    by_lead = ridge_errors(z_in, z_out, scale)
    payload = {
        "unit": "MAE in passengers over the last five days",
        "slot mean": round(float(np.abs(z_in * scale)[KNOWN:].mean()), 3),
        "ridge by lead": [round(error, 3) for error in by_lead],
        "ridge": round(float(np.mean(by_lead)), 3),
        "told components": {str(k): round(v, 3) for k, v in oracle_errors(z_in, scale).items()},
        "poisson noise": round(noise, 3),
    }
    print(payload)
    write_result("graph_subway_limits", payload)


if __name__ == "__main__":
    main()
