import numpy as np
import pytest
from fourfold.shared.artifact import DataUse, Measured, ModelCard, save_artifact


@pytest.fixture
def card() -> ModelCard:
    return ModelCard(
        title="Nano",
        summary="Says nothing | and has a: colon.\nTwo lines.",
        tags=("time-series",),
        datasets=(DataUse(name="sunspots", license="public domain", role="train"),),
        metrics=(Measured(metric="mase", value=0.91, data="sunspots test"),),
        command="fourfold run forecast --set data=my.csv",
    )


@pytest.fixture
def saved(tmp_path, card):
    """Folder of a small artefact."""
    state = {"weight": np.ones((2, 3), np.float32), "bias": np.zeros(2)}
    return save_artifact(tmp_path / "model", "forecaster", {"horizon": 2}, state, card)
