"""Made the golden artefact, once; it is never made again, so that old folders keep loading."""

from pathlib import Path

import numpy as np
from fourfold.shared.artifact import DataUse, Measured, ModelCard, save_artifact

FOLDER = Path(__file__).parent / "golden" / "schema-1"

CARD = ModelCard(
    title="Golden artefact",
    summary="A tiny made-up model that every later version must load.",
    license="apache-2.0",
    tags=("time-series", "golden"),
    datasets=(DataUse(name="generated", license="CC0", source="counted, not measured", role="train"),),
    metrics=(Measured(metric="mse", value=0.3702, data="none: a made-up figure for the format's sake"),),
    command="python tests/shared/artifact/make_golden.py",
    limits="Forecasts nothing.",
)
CONFIG = {
    "model": "linear",
    "lookback": 4,
    "levels": [0.1, 0.5, 0.9],
    "spec": {"freq": "h", "period": 24, "timezone": None},
    "scale": 0.1,
}
STATE = {
    "weight": np.arange(12, dtype=np.float32).reshape(3, 4) / 8,
    "bias": np.array([0.1, -0.2, 0.3]),
    "steps": np.array([1, 2, 3], dtype=np.int64),
    "known": np.array([True, False, True]),
    "count": np.array(7, dtype=np.int32),
}

if __name__ == "__main__":
    save_artifact(FOLDER, "forecaster", CONFIG, STATE, CARD)
