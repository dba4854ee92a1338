"""The imputer fills every gap, leaves what was observed, learns, and keeps its word on other nodes."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from fourfold.domains.graphs.imputation.baselines import fill_line
from fourfold.domains.graphs.imputation.imputer import Imputer
from fourfold.domains.graphs.imputation.missing_patterns import hide_blocks
from fourfold.domains.graphs.imputation.settings import ImputerSettings, ImputerTraining
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from fourfold.domains.graphs.signals.signals import Signals
from fourfold.shared.errors import InputError
from fourfold.shared.panels.panel import Panel

NODES = tuple("abcdef")


def ring(nodes=NODES):
    """Every node hears both neighbours."""
    count = len(nodes)
    forth = np.stack([np.arange(count), (np.arange(count) + 1) % count])
    index = np.concatenate([forth, forth[::-1]], axis=1)
    return SensorGraph(nodes, index, np.ones(2 * count, np.float32))


def signals(steps=300, seed=0, share=1.0, nodes=NODES):
    """Walks that all nodes share, with noise of each node's own; on a level of 50."""
    rng = np.random.default_rng(seed)
    walk = rng.normal(size=(steps, 1))
    for t in range(1, steps):
        walk[t] += 0.9 * walk[t - 1]
    values = (50 + 4 * walk + 0.5 * rng.normal(size=(steps, len(nodes)))).astype(np.float32)
    seen = rng.random(values.shape) < share
    time = pd.date_range("2024-01-01", periods=steps, freq="h")
    return Signals(
        Panel(np.where(seen, values, 0).astype(np.float32), seen, time, nodes, "h", 24), nodes, ("x",)
    )


def quick(steps=3, **sizes):
    given = {"window": 8, "hidden": 6, "feed_forward": 6, "embedding": 2, "stride": 3, **sizes}
    return ImputerSettings(training=ImputerTraining(steps=steps, batch_size=8, validations=1), **given)


@pytest.fixture(scope="module")
def fitted():
    imputer = Imputer(quick())
    imputer.fit(signals(share=0.8), ring())
    return imputer


def test_every_gap_is_filled_and_what_was_observed_stays_bit_for_bit(fitted):
    data = signals(100, seed=1, share=0.7)
    seen = data.panel.observed
    seen[:3], seen[97:] = False, False
    seen[20:70, 0] = False
    seen[:, 2] = False
    seen[40:45] = False
    before = data.panel.values.copy()
    done = fitted.impute(data)
    assert done.panel.observed.all()
    assert np.isfinite(done.panel.values).all()
    assert done.panel.values.dtype == np.float32
    np.testing.assert_array_equal(done.panel.values[seen], before[seen])
    np.testing.assert_array_equal(data.panel.values, before)
    assert done.nodes == data.nodes
    assert np.abs(done.panel.values[~seen] - 50).max() < 40


def test_an_axis_shorter_than_a_window_is_filled_too(fitted):
    done = fitted.impute(signals(3, share=0.5))
    assert np.isfinite(done.panel.values).all()


def test_the_nearer_the_middle_of_a_window_the_more_a_prediction_counts(fitted):
    def place_in_window(x, *others):
        return torch.arange(float(x.shape[1]))[:, None, None].expand(x.shape), []

    imputer = Imputer.from_state(fitted.config(), fitted.state())
    imputer.settings = quick(window=4, stride=2)
    imputer.network.forward = place_in_window
    found = imputer.scaler.values.transform(imputer.predict(signals(6)))
    np.testing.assert_allclose(found[:, 0, 0], [0, 1, 4 / 3, 5 / 3, 2, 3], atol=1e-5)


def test_predictions_do_not_read_the_value_they_predict(fitted):
    data = signals(40)
    values = data.panel.values.copy()
    values[17, 3] += 100
    other = replace(data, panel=replace(data.panel, values=values))
    before, after = fitted.predict(data), fitted.predict(other)
    assert before[17, 3] == after[17, 3]
    assert before[17, 4] != after[17, 4]


def test_it_comes_back_from_plain_arrays_and_json(fitted):
    config = json.loads(json.dumps(fitted.config()))
    again = Imputer.from_state(config, {name: value.copy() for name, value in fitted.state().items()})
    data = signals(60, seed=3, share=0.8)
    np.testing.assert_array_equal(again.predict(data), fitted.predict(data))
    assert Imputer.from_state(Imputer(quick()).config(), {}).network is None


def test_nodes_may_come_in_any_order(fitted):
    data = signals(60, seed=4, share=0.8)
    order = np.array([3, 1, 5, 0, 2, 4])
    swapped = fitted.predict(data.select_nodes(order))
    np.testing.assert_allclose(swapped, fitted.predict(data)[:, order], atol=1e-4)


def test_other_nodes_are_imputed_on_their_own_graph(fitted):
    nodes = ("a", "b", "y", "z")
    done = fitted.impute(signals(60, seed=5, share=0.6, nodes=nodes), ring(nodes))
    assert done.panel.observed.all()
    with pytest.raises(InputError, match=r"nodes"):
        fitted.impute(signals(60, nodes=nodes))


def test_without_a_graph_every_node_is_alone():
    imputer = Imputer(quick())
    data = signals(120, share=0.8)
    imputer.fit(data, None)
    values = data.panel.values.copy()
    values[:, 0] += 7
    other = replace(data, panel=replace(data.panel, values=values))
    np.testing.assert_array_equal(imputer.predict(other)[:, 1:], imputer.predict(data)[:, 1:])


def test_one_way_edges_are_heard_both_ways():
    one_way = SensorGraph(NODES, np.array([[0, 1, 2], [1, 2, 3]]), np.ones(3, np.float32))
    imputer = Imputer(quick())
    imputer.fit(signals(120), one_way)
    assert imputer.config()["supports"] == 2
    assert Imputer.from_state(imputer.config(), imputer.state()).config() == imputer.config()


@pytest.mark.parametrize(("row", "steps"), [(260, 4), (200, 1)], ids=["after validation", "after training"])
def test_later_rows_teach_nothing(row, steps):
    """One step leaves nothing to choose, so not even validation may show in the weights."""
    plain = signals(share=0.9)
    values = plain.panel.values.copy()
    values[row:] *= -3
    other = replace(plain, panel=replace(plain.panel, values=values))
    states = []
    for data in (plain, other):
        imputer = Imputer(quick(steps))
        imputer.fit(data, ring(), train=slice(0, 200), validation=slice(200, 260))
        states.append(imputer.state())
    for name, value in states[0].items():
        np.testing.assert_array_equal(states[1][name], value, err_msg=name)


def test_covariates_are_read_where_asked():
    data = signals(150, share=0.8)
    past = {"twin": np.random.default_rng(0).normal(size=(150, 6)).astype(np.float32)}
    rich = replace(data, panel=replace(data.panel, past=past))
    imputer = Imputer(quick())
    imputer.fit(rich, ring())
    changed = replace(rich, panel=replace(rich.panel, past={"twin": past["twin"] + 1}))
    assert not np.array_equal(imputer.predict(changed), imputer.predict(rich))
    with pytest.raises(InputError, match="covariates"):
        imputer.predict(data)
    deaf = Imputer(quick(covariates=False))
    deaf.fit(rich, ring())
    np.testing.assert_array_equal(deaf.predict(data), deaf.predict(rich))


def test_what_cannot_be_is_told():
    with pytest.raises(InputError, match="not fitted"):
        Imputer().impute(signals(30))
    with pytest.raises(InputError, match="training rows"):
        Imputer(quick()).fit(signals(30), ring(), train=slice(0, 5))
    with pytest.raises(InputError, match="nodes"):
        Imputer(quick()).fit(signals(30, nodes=("a", "b")), ring())


@pytest.mark.slow
def test_it_learns_what_neighbours_know():
    """Nodes share a walk, so a sensor that failed is told by its neighbours: a line in time cannot."""
    data = signals(800)
    hidden = hide_blocks(data.observed_TNC, seed=1)
    given = hidden.given.reshape(data.panel.observed.shape)
    left = replace(data, panel=replace(data.panel, values=data.panel.values * given, observed=given))
    training = ImputerTraining(steps=120, batch_size=16, learning_rate=1e-2, validations=3)
    imputer = Imputer(ImputerSettings(window=10, hidden=12, feed_forward=12, powers=1, training=training))
    imputer.fit(left, ring(), train=slice(0, 500), validation=slice(500, 600))
    judged = hidden.judged[600:]
    truth = data.values_TNC[600:]
    found = np.abs(imputer.impute(left).values_TNC[600:] - truth)[judged].mean()
    line = fill_line(left.panel.values, given).reshape(data.values_TNC.shape)[600:]
    assert found < 0.6 * np.abs(line - truth)[judged].mean()
