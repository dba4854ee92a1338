"""Rows that a fit was not given change nothing: neither scaling, profile, weights nor intervals."""

import numpy as np
import pandas as pd
import pytest
from fourfold import GraphForecaster
from fourfold.domains.graphs.graph_model import GraphModel
from small_network import SMALL, ring, wide_frame

TRAIN, VALIDATION = slice(0, 130), slice(130, 180)
KINDS = [
    {"scaling": "global"},
    {"scaling": "node", "profile": True, "quantiles": ()},
    {"lags": (24, 4), "profile": True},
]


def spoilt(frame: pd.DataFrame, first: int) -> pd.DataFrame:
    """The frame with other values from this row on."""
    other = frame.copy()
    other.iloc[first:] = np.random.default_rng(1).uniform(-900, 900, (len(frame) - first, frame.shape[1]))
    return other


def learnt(frame: pd.DataFrame, settings: dict[str, object]) -> tuple[GraphModel, np.ndarray]:
    """A model fitted on the first 180 rows, and its forecast from their end, intervals included."""
    forecaster = GraphForecaster("tts-imp", model_settings={**SMALL, **settings})
    forecaster.fit(frame, ring(), 4, train=TRAIN, validation=VALIDATION)
    forecast = forecaster.predict(frame.iloc[: VALIDATION.stop], levels=(80,))
    return forecaster.model, forecast.quantiles


@pytest.mark.parametrize("settings", KINDS)
def test_test_rows_change_nothing_that_is_learnt(settings: dict[str, object]) -> None:
    frame = wide_frame()
    (model, ahead), (other, same) = (
        learnt(part, settings) for part in (frame, spoilt(frame, VALIDATION.stop))
    )
    for name, value in model.state().items():
        np.testing.assert_array_equal(other.state()[name], value, err_msg=name)
    np.testing.assert_array_equal(same, ahead)


@pytest.mark.parametrize("settings", KINDS)
def test_validation_rows_change_no_scale_and_no_profile(settings: dict[str, object]) -> None:
    frame = wide_frame()
    (model, _), (other, _) = (learnt(part, settings) for part in (frame, spoilt(frame, TRAIN.stop)))
    assert model.scaler is not None and other.scaler is not None
    for name, value in model.scaler.state().items():
        np.testing.assert_array_equal(other.scaler.state()[name], value, err_msg=name)


def test_a_refit_is_given_the_rows_up_to_its_cutoff(monkeypatch: pytest.MonkeyPatch) -> None:
    forecaster = GraphForecaster("tts-imp", model_settings=SMALL).fit(wide_frame(), ring(), 2)
    fit, given = GraphForecaster.fit, []

    def recorded(self, data, *rest, **more):
        given.append(data.panel.n_steps)
        return fit(self, data, *rest, **more)

    monkeypatch.setattr(GraphForecaster, "fit", recorded)
    forecaster.backtest(wide_frame(), n_windows=2, step=5, refit=True, levels=())
    assert given == [233, 238]  # of 240, two of them to forecast


def test_transfer_trains_with_all_shared_weights_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    source = GraphForecaster("tts-imp", model_settings=SMALL).fit(wide_frame(), ring(), 4)
    fit, trained = GraphModel.fit, []

    def recorded(self, *rest, **more):
        trained.append({name for name, part in self.network.named_parameters() if part.requires_grad})
        return fit(self, *rest, **more)

    monkeypatch.setattr(GraphModel, "fit", recorded)
    warm = source.transfer(ring(), wide_frame(seed=3))
    assert trained == [warm.model.network.local_parameters()]


def test_the_point_is_the_median() -> None:
    fitted = GraphForecaster("tts-imp", model_settings=SMALL).fit(wide_frame(), ring(), 4)
    forecast = fitted.predict(wide_frame(), quantiles=(0.1, 0.5, 0.9))
    np.testing.assert_array_equal(forecast.values, forecast.quantiles[..., 1])
