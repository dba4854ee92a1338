"""diagnose: white noise passes, what a model has left unlearnt does not."""

from dataclasses import replace

import numpy as np
import pytest
from fourfold import GraphForecaster
from fourfold.domains.graphs.synthetic.gpvar import gpvar_az
from fourfold.shared.errors import InputError
from small_network import ring, wide_frame


def test_noise_is_white_and_shared_shocks_are_not() -> None:
    rng = np.random.default_rng(0)
    forecaster = GraphForecaster("rnn")
    noise = rng.normal(size=(400, 5))
    found = forecaster.diagnose(residuals=noise, graph=ring())
    assert found.white and "no correlation" in found.verdict()
    shared = noise + 2 * rng.normal(size=(400, 1))
    found = forecaster.diagnose(residuals=shared, graph=ring(), periods=100)
    assert not found.white and found.test.spatial_p_value < 1e-6
    assert "along the graph (neighbours err alike" in found.verdict() and "in time" not in found.verdict()
    nodes = found.by_node()
    assert sorted(nodes["node"]) == list(ring().nodes) and nodes["space"].iloc[0] == nodes["space"].max()
    said = nodes.set_index("node")["finding"]
    assert (said[list("abcd")] == "errs like its neighbours").all() and said["e"] == "nothing found"
    assert found.maps.nodes.statistic.shape == (5,) and found.maps.periods.statistic.shape == (4,)
    masked = np.where(rng.random(shared.shape) < 0.5, shared, np.nan)
    assert not forecaster.diagnose(residuals=masked, observed=np.isfinite(masked), graph=ring()).white


def test_the_sign_says_which_way() -> None:
    noise = np.random.default_rng(1).normal(size=(400, 5))
    against = noise.copy()
    against[:, [1, 3]] = -2 * noise[:, [0, 2]]
    found = GraphForecaster("rnn").diagnose(residuals=against, graph=ring())
    assert "neighbours err against each other" in found.verdict()
    assert "errs against its neighbours" in set(found.by_node()["finding"])
    lasting = GraphForecaster("rnn").diagnose(residuals=noise[1:] + noise[:-1], graph=ring())
    assert "in time (errors go on" in lasting.verdict()
    assert (lasting.by_node()["finding"] == "errors go on from step to step").all()
    turning = GraphForecaster("rnn").diagnose(residuals=noise[1:] - noise[:-1], graph=ring())
    assert (turning.by_node()["finding"] == "errors alternate from step to step").all()


def test_neither_alone_is_space_and_time_taken_together() -> None:
    found = GraphForecaster("rnn").diagnose(residuals=np.ones((40, 5)), graph=ring())
    test = replace(found.test, p_value=0.005, spatial_p_value=0.04, temporal_p_value=0.05)
    assert replace(found, test=test).verdict() == (
        "The residuals are still correlated in space and time taken together (p = 0.005; along the graph "
        "0.04, in time 0.05). There is more to learn: p is below 0.01."
    )


@pytest.mark.slow
def test_residuals_of_a_model_that_sees_no_graph_give_it_away() -> None:
    made = gpvar_az(6000)
    settings = {"lookback": 4, "quantiles": (), "hidden": 16, "decoder": 16, "embedding": "none"}
    training = {"epochs": 4, "batch_size": 64, "learning_rate": 0.01}
    forecaster = GraphForecaster("rnn", model_settings={**settings, "calendar": False, "training": training})
    forecaster.fit(made.signals(), horizon=1, validation=slice(4000, 4800), train=slice(0, 4000))
    found = forecaster.diagnose(made.signals(), graph=made.graph, test=slice(4800, 6000))
    assert found.test.spatial_p_value < 1e-6 and not found.white
    best = (made.values - made.expected)[4800:]
    assert forecaster.diagnose(residuals=best, graph=made.graph).white


def test_hours_make_the_map_of_a_clock(fitted: GraphForecaster) -> None:
    with pytest.warns(match="rows up to"):
        found = fitted.diagnose(wide_frame())
    assert found.maps.patches.statistic.shape == (24, 5) and list(found.maps.labels[:3]) == [0, 1, 2]
    assert found.residuals.shape == (48, 5, 1) and found.nodes == ring().nodes


def test_what_is_asked_wrongly_is_said(fitted: GraphForecaster) -> None:
    with pytest.raises(InputError, match="either data or residuals"):
        fitted.diagnose()
    with pytest.raises(InputError, match="shape"):
        fitted.diagnose(residuals=np.zeros((10, 4)))
    with pytest.raises(InputError, match="Pass graph= "):
        GraphForecaster("rnn").diagnose(residuals=np.zeros((10, 4)))
