"""Pretraining makes an artefact that forecasts, and that says what it was made of."""

from pathlib import Path

import numpy as np
import pytest
from fourfold import Forecaster
from fourfold.domains.timeseries.models.tempo.settings import TEMPO_ZERO
from fourfold.pipelines.pretrain import Settings, recipe, run_pipeline
from fourfold.pipelines.settings import resolve_settings
from fourfold.shared.artifact import load_artifact

SMALL = {"lookback": 64, "horizon": 12, "width": 8, "heads": 2, "layers": 1, "patch": 16, "stride": 16}


@pytest.mark.slow
def test_from_mixture_to_forecast_and_on_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOURFOLD_DATA", raising=False)
    network = TEMPO_ZERO.model_copy(update=SMALL)
    few = {"network": network, "steps": 4, "batch_size": 16, "pool_series": 64, "validation_windows": 32}
    first = Settings(**few, validate_every=2)
    card = run_pipeline(first, tmp_path / "first", command="fourfold run pretrain")
    assert "statsmodels/co2" in card.read_text() and "fourfold run pretrain" in card.read_text()
    series = np.sin(np.arange(200) / 4)
    point = Forecaster.load(card.parent, freq="h").predict(series, horizon=12).values
    assert point.shape == (1, 12, 1) and np.isfinite(point).all()
    second = Settings(**few, validate_every=2, seed=1, start_from=str(card.parent), learning_rate=1e-12)
    again = run_pipeline(second, tmp_path / "second")
    before, after = (load_artifact(folder).arrays() for folder in (card.parent, again.parent))
    for name in before:
        np.testing.assert_allclose(after[name], before[name], atol=1e-6, err_msg=name)


def test_the_full_recipe_is_the_default() -> None:
    assert Settings(**recipe("full")) == Settings()
    assert Settings(**recipe("quick")).steps < 100


def test_one_size_of_the_network_can_be_set_while_the_others_stay() -> None:
    wider = resolve_settings(Settings, recipe("full"), None, ("network.width=128",))
    assert wider == Settings(network=Settings().network.model_copy(update={"width": 128}))
