"""What wrong labels cost: ERASE beside a cross-entropy GCN on Cora, several shares and seeds.

FOURFOLD_DATA=... python -m benchmarks.graph_label_noise [--seeds N]

Public split, 140 training labels of which a share is made wrong; validation and test labels stay true. Both
models see the same wrong labels. Test accuracy, one thread.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from typing import Any

from benchmarks.measure import one_thread, spread, write_result

one_thread()

from fourfold.domains.graphs.classification.noise_trial import noise_trial  # noqa: E402
from fourfold.domains.graphs.classification.planetoid import read_cora  # noqa: E402

MODELS = ("gcn", "erase")
CASES = (("symmetric", 0.4), ("symmetric", 0.2), ("asymmetric", 0.4), ("symmetric", 0.0))


def main() -> None:
    if "FOURFOLD_DATA" not in os.environ:
        sys.exit("needs Cora: set FOURFOLD_DATA (see docs/data.md)")
    seeds = int(sys.argv[sys.argv.index("--seeds") + 1]) if "--seeds" in sys.argv else 3
    data, split = read_cora()
    found: dict[str, Any] = {}
    for kind, ratio in CASES:
        rows: dict[str, Any] = {}
        for model in MODELS:
            start = time.perf_counter()
            scores = [
                round(noise_trial(model, data, split, ratio=ratio, kind=kind, seed=seed), 4)  # type: ignore[arg-type]
                for seed in range(seeds)
            ]
            seconds = (time.perf_counter() - start) / seeds
            rows[model] = {"accuracy": scores, **spread(scores), "seconds": round(seconds, 1)}
        gains = [b - a for a, b in zip(*(rows[model]["accuracy"] for model in MODELS), strict=True)]
        rows["gain"] = {"mean": round(statistics.mean(gains), 4), **spread(gains)}
        found[f"{kind} {ratio:g}"] = rows
        print(f"{kind} {ratio:g}", rows, flush=True)
    print("wrote", write_result("graph_label_noise", {"seeds": seeds, "accuracy": found}))


if __name__ == "__main__":
    main()
