"""Graph R-Learner: what its stages see, what it refuses, and the order of its 2 x 2 grid."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.systems.r_learner import GraphRLearner, RLearnerSettings, StageNetwork, _network
from fourfold.domains.graphs.systems.treated_network import treated_network
from fourfold.shared.errors import InputError


def error(world, nuisance, final, **settings):
    learner = GraphRLearner(nuisance=nuisance, final=final, folds=3, steps=120, **settings)
    learner.fit(world.features, world.edge_index, world.treatment, world.outcome)
    return float(np.square(learner.effect() - world.effect).mean())


def test_the_gnn_stage_is_a_two_layer_gcn_by_its_dense_formula():
    world = treated_network(30, "erdos-renyi", degree=3, seed=1)
    network = _network(world.features, world.edge_index)
    stage = StageNetwork("gnn", 8, 5)
    dense = np.eye(30)
    np.add.at(dense, (world.edge_index[0], world.edge_index[1]), 1)
    root = 1 / np.sqrt(dense.sum(axis=0))
    smooth = root[:, None] * dense * root
    w0, b0 = (p.detach().double().numpy() for p in stage.first.parameters())
    w1, b1 = (p.detach().double().numpy() for p in stage.second.parameters())
    hidden = np.maximum(smooth @ world.features @ w0.T + b0, 0)
    np.testing.assert_allclose(stage(network).detach(), (smooth @ (hidden @ w1.T + b1))[:, 0], atol=1e-5)


def test_only_gnn_stages_see_the_edges():
    world = treated_network(40, seed=2)
    bare = np.zeros((2, 0), dtype=np.int64)
    for kind, same in (("linear", True), ("mlp", True), ("gnn", False)):
        stage = StageNetwork(kind, 8, 4)
        here, there = (stage(_network(world.features, e)).detach() for e in (world.edge_index, bare))
        assert torch.equal(here, there) == same


def test_nuisances_of_a_node_do_not_see_its_own_treatment_or_outcome():
    world = treated_network(60, seed=3)
    learner = GraphRLearner(folds=2, steps=3)
    learner.fit(world.features, world.edge_index, world.treatment, world.outcome)
    fold = learner._folds(torch.from_numpy(world.treatment)).numpy()
    one, other = np.flatnonzero((fold == 0) & (world.treatment == 1))[:2]
    # Two treated nodes of one fold exchange their outcomes: m of their fold is fitted on the other one alone.
    swapped = world.outcome.copy()
    swapped[[one, other]] = swapped[[other, one]]
    again = GraphRLearner(folds=2, steps=3).fit(world.features, world.edge_index, world.treatment, swapped)
    np.testing.assert_allclose(
        again.expected_outcome[fold == 0], learner.expected_outcome[fold == 0], atol=1e-4
    )
    assert np.abs(again.expected_outcome - learner.expected_outcome)[fold == 1].max() > 1e-3


def test_the_same_seed_gives_the_same_effects_and_leaves_the_generator_alone():
    world = treated_network(50, seed=4)
    before = torch.random.get_rng_state()
    first, second = (
        GraphRLearner(folds=2, steps=4).fit(world.features, world.edge_index, world.treatment, world.outcome)
        for _ in range(2)
    )
    assert (first.effect() == second.effect()).all()
    assert torch.equal(torch.random.get_rng_state(), before)
    assert (first.effect(world.features, world.edge_index) == first.effect()).all()
    other = treated_network(20, seed=5)
    assert first.effect(other.features, other.edge_index).shape == (20,)


@pytest.mark.parametrize("kind", ["barabasi-albert", "erdos-renyi"])
def test_generated_networks_are_what_they_say(kind):
    world = treated_network(600, kind, degree=6, seed=0)
    pairs = {tuple(edge) for edge in world.edge_index.T.tolist()}
    assert len(pairs) == world.edge_index.shape[1]
    assert all((b, a) in pairs and a != b for a, b in pairs)
    degrees = np.bincount(world.edge_index[0], minlength=600)
    assert degrees.mean() == pytest.approx(6, abs=0.4)
    assert (degrees.max() > 40) == (kind == "barabasi-albert")
    assert world.effect.mean() == pytest.approx(2) and world.effect.std() == pytest.approx(3)
    assert set(np.unique(world.treatment)) == {0.0, 1.0}
    assert world.propensity.min() > 0 and world.propensity.max() < 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["barabasi-albert", "erdos-renyi"])
def test_order_of_the_grid(kind):
    """A final stage that is blind to the graph is worse whatever the nuisances; both seeing it is best."""
    world = treated_network(1000, kind, seed=0)
    grid = {(n, f): error(world, n, f) for n in ("mlp", "gnn") for f in ("linear", "gnn")}
    assert min(grid, key=grid.__getitem__) == ("gnn", "gnn")
    assert grid["gnn", "gnn"] < 0.7 * grid["mlp", "gnn"]
    blind = min(grid["mlp", "linear"], grid["gnn", "linear"])
    assert blind > 4 > max(grid["mlp", "gnn"], grid["gnn", "gnn"])


X, EDGES = np.zeros((6, 2), dtype=np.float32), np.array([[0, 1], [1, 5]])
T, Y = np.array([0, 1, 0, 1, 0, 1.0]), np.arange(6.0)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((X, EDGES, T, np.append(Y[:5], np.nan)), "outcome at node 5: is not finite"),
        ((X, EDGES, T[:5], Y), r"treatment: has shape \(5,\)"),
        ((X, EDGES, T * 2, Y), "treatment at node 1: is 2; expected 0 or 1"),
        ((X, EDGES, np.zeros(6), Y), "is 1 at 0 of 6 nodes"),
        ((X, EDGES + 1, T, Y), "edge 1: names a node outside 0 to 5"),
        ((X, np.zeros((3, 2), dtype=np.int64), T, Y), r"is torch.int64 of shape \(3, 2\)"),
        ((np.full((6, 2), np.nan), EDGES, T, Y), "features at node 0: is not finite"),
        ((X[0], EDGES, T, Y), "features: have shape"),
    ],
)
def test_bad_input(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        GraphRLearner(folds=2).fit(*arguments)


def test_effects_before_fitting_and_of_other_features_are_refused():
    with pytest.raises(InputError, match="Call fit first"):
        GraphRLearner().effect()
    world = treated_network(30, seed=6)
    learner = GraphRLearner(RLearnerSettings(folds=2, steps=1))
    learner.fit(world.features, world.edge_index, world.treatment, world.outcome)
    with pytest.raises(InputError, match="is missing for the new features"):
        learner.effect(world.features)
    with pytest.raises(InputError, match="have 3 columns; expected 8"):
        learner.effect(world.features[:, :3], world.edge_index)
