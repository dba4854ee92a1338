"""GPVAR, whose best possible forecast is known: one step from six, 120 nodes, one thread.

python -m benchmarks.graph_gpvar

30,000 generated steps, rows 70/10/20 %, sizes and learning rate of "Taming Local Effects": hidden 16,
vectors of 8 per node (which tell how many neighbours an average was taken over). The optimum is the noise's
sigma * sqrt(2 / pi) = 0.3192; beside it the same network without the graph. The AZ-whiteness test judges the
residuals of both on the test rows: it should find nothing in those of the first (p > 0.01) and reject those
of the second (p < 1e-6).
"""

from __future__ import annotations

import time
from typing import Any

from benchmarks.measure import one_thread, write_result

one_thread()

from fourfold.domains.graphs.forecaster import GraphForecaster  # noqa: E402
from fourfold.domains.graphs.synthetic.generated_signals import GeneratedSignals  # noqa: E402
from fourfold.domains.graphs.synthetic.gpvar import gpvar  # noqa: E402
from fourfold.shared.forecasting.splits import fraction_split  # noqa: E402

RECIPE: dict[str, Any] = {
    "lookback": 6,
    "quantiles": (),
    "hidden": 16,
    "decoder": 16,
    "embedding": {"size": 8},
    "calendar": False,
    "mask": False,
}
TRAINING: dict[str, Any] = {
    "epochs": 4,
    "batch_size": 64,
    "learning_rate": 0.01,
    "ema": 0.99,
    "device": "cpu",
}


def measure(made: GeneratedSignals, model: str) -> dict[str, Any]:
    """Fit one model on the generated signals, and score the test rows."""
    signals = made.signals()
    split = fraction_split(signals.panel.n_steps)
    forecaster = GraphForecaster(model, model_settings={**RECIPE, "training": TRAINING})
    graph = made.graph if forecaster.model.needs_graph else None
    start = time.process_time()
    forecaster.fit(signals, graph, 1, train=split.train, validation=split.validation)
    seconds = time.process_time() - start
    mae = forecaster.evaluate(signals, test=split.test, levels=()).overall()["mae"]
    above = 100 * (mae / made.optimal_mae - 1)
    white = forecaster.diagnose(signals, graph=made.graph, test=split.test).test
    return {
        "test_mae": round(mae, 5),
        "percent_above_optimum": round(above, 2),
        "fit_cpu_seconds": round(seconds, 1),
        "whiteness": {
            "statistic": round(white.statistic, 3),
            "p_value": white.p_value,
            "spatial_p_value": white.spatial_p_value,
            "temporal_p_value": white.temporal_p_value,
        },
    }


def main() -> None:
    """Measure, print and keep."""
    made = gpvar()
    payload: dict[str, Any] = {
        "optimum": round(made.optimal_mae, 5),
        "recipe": {**RECIPE, "training": TRAINING},
    }
    for model in ("tts-imp", "rnn"):
        payload[model] = measure(made, model)
        print(model, payload[model], flush=True)
    print("wrote", write_result("graph_gpvar", payload))


if __name__ == "__main__":
    main()
