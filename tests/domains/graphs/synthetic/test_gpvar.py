"""GPVAR follows its equation, on the published graph, and its optimum is the closed form."""

import numpy as np
import pytest
from fourfold.domains.graphs.synthetic.generated_signals import gaussian_mae
from fourfold.domains.graphs.synthetic.gpvar import (
    AZ_FILTER,
    FILTER,
    gpvar,
    gpvar_az,
    gpvar_l,
    triangle_communities,
)
from fourfold.shared.errors import InputError


def test_communities_have_the_published_edges():
    graph = triangle_communities(20)
    assert (graph.n_nodes, graph.n_edges) == (120, 2 * (9 * 20 + 19))
    dense = graph.adjacency().toarray()
    np.testing.assert_array_equal(dense, dense.T)
    assert dense.max() == 1
    assert np.trace(dense) == 0
    assert {(i, j) for i, j in zip(*np.nonzero(dense[:6, :6]), strict=True) if i < j} == {
        (0, 1), (1, 2), (3, 4), (1, 3), (2, 4), (4, 5), (0, 3), (1, 4), (3, 5),
    }  # fmt: skip
    assert dense[5, 6] == 1
    assert dense[:6, 6:].sum() == 1


def dense_mean(values, theta, local):
    """The mean of every step from the third on, by matrix powers."""
    graph = triangle_communities(values.shape[1] // 6)
    matrix = graph.adjacency().toarray().astype(float) + np.eye(graph.n_nodes)
    means = []
    for t in range(2, len(values)):
        inside = sum(
            theta[hop][2 - lag] * np.linalg.matrix_power(matrix, hop) @ values[t - lag]
            for hop in range(3)
            for lag in (1, 2)
        )
        means.append(local[:, 0] * np.tanh(inside) + local[:, 1] * np.tanh(values[t - 1]))
    return np.array(means)


@pytest.mark.parametrize(
    ("made", "theta", "own"),
    [(gpvar(40, 4), FILTER, 0.5), (gpvar_az(40), AZ_FILTER, 0.0)],
    ids=["gpvar", "az"],
)
def test_means_follow_the_equation(made, theta, own):
    local = np.full((made.graph.n_nodes, 2), (1 - own, own))
    want = dense_mean(made.values.astype(float), theta, local)
    np.testing.assert_allclose(made.expected[2:], want, atol=2e-5)


def test_local_means_follow_the_equation_with_weights_of_each_node():
    made = gpvar_l(400, 2, seed=7)
    local = np.random.default_rng(7).uniform(-2, 2, (12, 2))
    want = dense_mean(made.values.astype(float), FILTER, local)
    np.testing.assert_allclose(made.expected[2:], want, atol=2e-4)


def test_the_optimum_is_reached_by_the_expected_values():
    assert gaussian_mae(0.4) == pytest.approx(0.3192, abs=5e-5)
    made = gpvar(5000)
    residuals = made.values - made.expected
    assert made.values.shape == (5000, 120)
    assert np.abs(residuals).mean() == pytest.approx(made.optimal_mae, rel=0.01)
    assert residuals.std() == pytest.approx(0.4, rel=0.01)


def test_the_past_of_a_node_alone_does_not_forecast_it():
    """What makes the set worth its name: a linear model of one node's six last values stays far off."""
    values = gpvar(5000).values
    past = np.stack([values[5 - lag : -1 - lag, 7] for lag in range(6)] + [np.ones(4994)], axis=1)
    fitted = past @ np.linalg.lstsq(past, values[6:, 7], rcond=None)[0]
    assert np.abs(values[6:, 7] - fitted).mean() > 1.1 * gaussian_mae(0.4)


def test_seeds_decide():
    assert np.array_equal(gpvar(50).values, gpvar(50).values)
    assert not np.array_equal(gpvar(50).values, gpvar(50, seed=1).values)


def test_signals_of_one_channel_stand_at_the_nodes():
    signals = gpvar(50, 2).signals()
    assert (signals.n_nodes, signals.channels) == (12, ("value",))
    assert signals.panel.freq == 1
    assert signals.panel.time[-1] == 49
    dated = gpvar(50, 2).signals("h", 24)
    assert str(dated.panel.time[1]) == "2024-01-01 01:00:00"


@pytest.mark.parametrize(
    ("field", "arguments"),
    [("steps", {"steps": 0}), ("communities", {"communities": 0}), ("noise", {"noise": -1.0})],
)
def test_nonsense_is_refused_by_name(field, arguments):
    for make in (gpvar, gpvar_l):
        with pytest.raises(InputError) as caught:
            make(**{"steps": 10, **arguments})
        assert caught.value.field == field
