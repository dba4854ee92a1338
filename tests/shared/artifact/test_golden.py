"""An artefact written by the first version loads for ever, value for value."""

from pathlib import Path

import numpy as np
import torch
from fourfold.shared.artifact import load_artifact

GOLDEN = Path(__file__).parent / "golden" / "schema-1"


def test_golden_artifact_loads_with_exact_values():
    artifact = load_artifact(GOLDEN)
    assert artifact.kind == "forecaster"
    assert artifact.config == {
        "model": "linear",
        "lookback": 4,
        "levels": [0.1, 0.5, 0.9],
        "spec": {"freq": "h", "period": 24, "timezone": None},
        "scale": 0.1,
    }
    arrays = artifact.arrays()
    assert set(arrays) == {"weight", "bias", "steps", "known", "count"}
    expected_weight = np.array(
        [[0, 0.125, 0.25, 0.375], [0.5, 0.625, 0.75, 0.875], [1, 1.125, 1.25, 1.375]], np.float32
    )
    np.testing.assert_array_equal(arrays["weight"], expected_weight, strict=True)
    np.testing.assert_array_equal(arrays["bias"], np.array([0.1, -0.2, 0.3]), strict=True)
    np.testing.assert_array_equal(arrays["steps"], np.array([1, 2, 3], np.int64), strict=True)
    np.testing.assert_array_equal(arrays["known"], np.array([True, False, True]), strict=True)
    np.testing.assert_array_equal(arrays["count"], np.array(7, np.int32), strict=True)
    assert artifact.state["weight"].dtype == torch.float32


def test_golden_card_reads_back():
    card = load_artifact(GOLDEN).card
    assert card.title == "Golden artefact"
    assert card.license == "apache-2.0"
    assert card.tags == ("time-series", "golden")
    assert card.datasets[0].license == "CC0"
    assert (card.metrics[0].metric, card.metrics[0].value) == ("mse", 0.3702)
    assert card.limits == "Forecasts nothing."
