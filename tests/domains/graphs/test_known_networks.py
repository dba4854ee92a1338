"""GraphForecaster on the field's networks."""

import numpy as np
import pytest
from fourfold import GraphForecaster
from fourfold.domains.graphs.datasets import load_network
from fourfold.domains.graphs.sensor_graph.changing_graph import ChangingGraph

SMALL = {"hidden": 16, "decoder": 16, "embedding": {"size": 8}}


@pytest.mark.slow
@pytest.mark.usefixtures("benchmark_data")
def test_england_covid_has_new_edges_every_day() -> None:
    signals, graph = load_network("england-covid")
    assert isinstance(graph, ChangingGraph)
    rows = signals.n_steps
    training = {"training": {"epochs": 10, "batch_size": 8}}
    forecaster = GraphForecaster(
        "tas-imp", model_settings={**SMALL, "lookback": 5, **training, "quantiles": ()}
    )
    forecaster.fit(signals, graph, 2, validation=slice(rows - 18, rows - 9), train=slice(0, rows - 18))
    test = {"test": slice(rows - 9, rows), "levels": ()}
    moving = forecaster.backtest(signals, **test)
    still = forecaster.backtest(signals, graph=graph.mean(), **test)
    assert np.isfinite(moving.forecast.values).all() and moving.windows == 8 * signals.n_nodes
    assert not np.allclose(moving.forecast.values, still.forecast.values)
    ahead = forecaster.predict(signals)
    assert ahead.values.shape == (1, 2, 129)


@pytest.mark.slow
@pytest.mark.usefixtures("benchmark_data")
def test_a_week_of_los_angeles_is_learnt_in_two_epochs() -> None:
    network = load_network("los-loop")
    training = {"epochs": 2, "batch_size": 8, "ema": 0.98}
    settings = {**SMALL, "quantiles": (), "residual": True, "training": training}
    forecaster = GraphForecaster("tts-imp", model_settings=settings)
    forecaster.fit(*network, 12, train=slice(0, 1411), validation=slice(1411, 1613))
    error = forecaster.evaluate(network.signals, test=slice(1625, 2016), levels=()).by_lead()["mae"]
    assert error.mean() < 4.3 and (np.diff(error) > 0).all()  # the last value has 4.43
