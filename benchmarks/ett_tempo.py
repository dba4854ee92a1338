"""`tempo-small` from scratch on ETTh1 and, same recipe, ETTh2; and what its language-model part adds.

FOURFOLD_DATA=... python -m benchmarks.ett_tempo [--backbones]

Lookback 336, standard split, one seed, one thread; test errors of z-scored data over all test windows, beside
the linear anchor and the seasonal naive. `--backbones` also trains the ablations `none` and `attention` on
ETTh1 at 96. Trained forecasters stay in runs/ett_tempo.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import one_thread, write_result

one_thread()

from fourfold.domains.timeseries.forecaster import Forecaster  # noqa: E402
from fourfold.shared.forecasting.splits import ett_split  # noqa: E402
from fourfold.shared.panels.panel import Panel  # noqa: E402

from benchmarks.ett_linear import SETS, read_ett  # noqa: E402

CASES = (("ETTh1", 96), ("ETTh1", 336), ("ETTh2", 96))
BARS = {"ETTh1 96": 0.385, "ETTh1 336": 0.445, "ETTh2 96": 0.29}
RUNS = Path("runs/ett_tempo")


def score(forecaster: Forecaster, panel: Panel, horizon: int, run: Path | None = None) -> dict[str, float]:
    """Fit on the training rows, choose by the validation rows, score the test rows."""
    split = ett_split()
    start = time.perf_counter()
    forecaster.fit(panel, horizon, train=split.train, validation=split.validation, run=run)
    seconds = time.perf_counter() - start
    found = forecaster.evaluate(panel, test=split.test, standardise=split.train).overall()
    kept = {name: round(found[name], 4) for name in ("mse", "mae", "crps", "coverage_80") if name in found}
    return {**kept, "fit_seconds": round(seconds, 1)}


def main() -> None:
    if "FOURFOLD_DATA" not in os.environ:
        sys.exit("needs the benchmark sets: set FOURFOLD_DATA (see docs/data.md)")
    folder = Path(os.environ["FOURFOLD_DATA"])
    found: dict[str, dict[str, Any]] = {}
    for name, horizon in CASES:
        panel, case = read_ett(folder, name), f"{name} {horizon}"
        rows: dict[str, Any] = {"bar": BARS[case]}
        rows["tempo-small"] = score(Forecaster("tempo-small"), panel, horizon, RUNS / case.replace(" ", "-"))
        rows["linear"] = score(
            Forecaster("linear", model_settings={"lookback": SETS[name], "ridge": 1e-6}), panel, horizon
        )
        rows["seasonal-naive"] = score(Forecaster("seasonal-naive"), panel, horizon)
        found[case] = rows
        print(case, rows, flush=True)
    if "--backbones" in sys.argv:
        panel = read_ett(folder, "ETTh1")
        for backbone in ("none", "attention"):
            forecaster = Forecaster("tempo-small", model_settings={"backbone": backbone})
            run = RUNS / f"ETTh1-96-{backbone}"
            found["ETTh1 96"][f"tempo-small, backbone {backbone}"] = score(forecaster, panel, 96, run)
            print(backbone, found["ETTh1 96"][f"tempo-small, backbone {backbone}"], flush=True)
    print("wrote", write_result("ett_tempo", {"scores": found}))


if __name__ == "__main__":
    main()
