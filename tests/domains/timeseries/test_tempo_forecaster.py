"""TEMPO in a person's hands: fitted or shipped, kept, taken further, asked for more than it learnt."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.timeseries.forecaster import Forecaster
from fourfold.domains.timeseries.models.tempo.model import TempoModel, TempoTraining
from fourfold.shared.errors import InputWarning

NANO = {"lookback": 48, "horizon": 12, "patch": 8, "stride": 8, "training": {"epochs": 0.2}}


def frame(steps: int = 500) -> pd.DataFrame:
    """Two hourly series with a day in them."""
    hours = np.arange(steps)
    wave = 3 * np.sin(2 * np.pi * hours / 24) + np.random.default_rng(0).normal(size=(2, steps))
    ds = pd.date_range("2024-01-01", periods=steps, freq="h")
    parts = [pd.DataFrame({"unique_id": name, "ds": ds, "y": y}) for name, y in zip("ab", wave, strict=True)]
    return pd.concat(parts, ignore_index=True)


def weights(forecaster: Forecaster) -> dict[str, np.ndarray]:
    return {name: weight.copy() for name, weight in forecaster.model.state().items()}


def test_a_fitted_one_answers_the_same_after_saving(tmp_path: Path) -> None:
    data = frame()
    fitted = Forecaster("tempo-nano", model_settings=NANO).fit(data, 12)
    again = Forecaster.load(fitted.save(tmp_path / "mine"))
    before, after = (one.predict(data, levels=(80,)) for one in (fitted, again))
    np.testing.assert_array_equal(after.values, before.values)
    np.testing.assert_array_equal(after.quantiles, before.quantiles)
    assert again.horizon == 12 and isinstance(again.model, TempoModel)
    assert again.model.settings == fitted.model.settings


@pytest.mark.parametrize("steps", [900, 250], ids=["whole windows", "shorter than a window"])
def test_the_shipped_one_is_taken_further(tmp_path: Path, steps: int) -> None:
    data = frame(steps)
    shipped = Forecaster.load("tempo-zero")
    assert isinstance(shipped.model, TempoModel)
    shipped.model.training = TempoTraining(epochs=0.2)
    first = weights(shipped)
    tuned = shipped.finetune(data)
    assert tuned.horizon == tuned.model.max_horizon == 96
    second = weights(tuned)
    assert any(not np.array_equal(second[name], weight) for name, weight in first.items())
    largest = max(float(np.abs(second[name] - weight).max()) for name, weight in first.items())
    assert largest < 0.1  # goes on from what was shipped: a few small steps
    again = Forecaster.load(tuned.save(tmp_path / "tuned"))
    np.testing.assert_array_equal(again.predict(data).values, tuned.predict(data).values)


def test_the_shipped_one_goes_on_beyond_its_horizon() -> None:
    data = frame()
    shipped = Forecaster("tempo-zero")
    with pytest.warns(InputWarning, match="horizon 120 is beyond the trained 96"):
        far = shipped.predict(data, 120)
    np.testing.assert_array_equal(far.values[:, :96], shipped.predict(data, 96).values)
    truth = 3 * np.sin(2 * np.pi * np.arange(500, 620) / 24)
    assert np.abs(far.values[0, 96:, 0] - truth[96:]).mean() < 1.5
