"""Latent graphs: what is drawn, how the task teaches it, and that a graph found beats none."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.systems.brief_training import OneLoss, WholeGraph, train_briefly
from fourfold.domains.graphs.systems.latent_graph import (
    LatentGraph,
    LatentGraphClassifier,
    LatentGraphSettings,
)
from fourfold.domains.graphs.systems.neural_snowflake import EuclideanDistance, NeuralSnowflake
from fourfold.shared.errors import InputError
from fourfold.shared.training.settings import FitSettings
from torch.nn import functional


def seeded(build, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return build()


def communities(seed=0, groups=24, size=10, classes=4):
    """Nodes of a community share place and class. Places say nothing of the class, and the four features that
    do are so noisy that only their mean over a community is of use."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    label = rng.permutation(np.arange(groups) % classes)[group]
    place = 2 * rng.normal(size=(groups, 2))[group] + 0.1 * rng.normal(size=(len(group), 2))
    signal = np.eye(classes)[label] + rng.normal(size=(len(group), classes))
    nodes = np.sort(rng.permutation(len(group))[: len(group) // 2])
    return {
        "features": torch.from_numpy(np.hstack([place, signal])).float(),
        "label": torch.from_numpy(label),
        "nodes": torch.from_numpy(nodes),
    }


@pytest.mark.parametrize(
    "distance", [EuclideanDistance(), NeuralSnowflake(3)], ids=["euclidean", "snowflake"]
)
def test_after_training_the_nearest_are_taken(distance):
    places = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
    drawn = LatentGraph(distance, 5).eval()(places)
    assert drawn.edge_index.shape == (2, 200) and drawn.logit.shape == (40, 5)
    senders, receivers = drawn.edge_index.view(2, 40, 5)
    assert (receivers == torch.arange(40)[:, None]).all() and (senders != receivers).all()
    with torch.no_grad():
        apart = distance(places[:, None], places[None]).fill_diagonal_(torch.inf)
    nearest = apart.topk(5, largest=False).values
    torch.testing.assert_close(apart.gather(1, senders), nearest)
    torch.testing.assert_close(drawn.logit, -4 * nearest)


def test_drawing_follows_the_softmax_of_the_logits():
    places = torch.tensor([[0.0], [0.1], [0.4], [-0.7]])
    graph = LatentGraph(EuclideanDistance(), 1)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        firsts = torch.stack([graph(places).edge_index[0, 0] for _ in range(400)])
    wanted = torch.tensor([-0.4, -1.6, -2.8]).softmax(0)
    shares = torch.bincount(firsts, minlength=4)[1:] / 400
    torch.testing.assert_close(shares, wanted, atol=0.1, rtol=0)


def test_blocks_of_rows_change_nothing(monkeypatch):
    places = torch.randn(30, 2, generator=torch.Generator().manual_seed(1))
    graph = LatentGraph(EuclideanDistance(), 3).eval()
    whole = graph(places)
    monkeypatch.setattr("fourfold.domains.graphs.systems.latent_graph.ROWS_AT_ONCE", 7)
    assert torch.equal(graph(places).edge_index, whole.edge_index)


@pytest.mark.parametrize("gradient", ["score-function", "straight-through"])
@pytest.mark.parametrize("distance", ["euclidean", "snowflake"])
def test_the_task_teaches_the_places(gradient, distance):
    settings = LatentGraphSettings(gradient=gradient, distance=distance, neighbours=3, dropout=0.0)
    net = seeded(lambda: LatentGraphClassifier(6, 4, settings))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net.loss(communities(groups=4)).backward()
    slopes = [p.grad for p in (*net.encoder.parameters(), net.graph.log_temperature)]
    assert all(slope is not None and torch.isfinite(slope).all() for slope in slopes)
    assert float(slopes[0].abs().max()) > 0
    assert torch.isfinite(net.eval()(communities(groups=4)["features"])[0]).all()


def test_straight_through_weights_are_one_in_value():
    data = communities(groups=4)
    nets = [
        seeded(lambda g=g: LatentGraphClassifier(6, 4, LatentGraphSettings(gradient=g, dropout=0.0)))
        for g in ("score-function", "straight-through")
    ]
    with torch.random.fork_rng():
        logits = []
        for net in nets:
            torch.manual_seed(0)
            logits.append(net(data["features"])[0])
    torch.testing.assert_close(logits[0], logits[1])


def test_more_neighbours_than_nodes_are_refused():
    with pytest.raises(InputError, match="neighbours: 5 of 5 nodes; expected at most 4"):
        LatentGraph(EuclideanDistance(), 5)(torch.zeros(5, 2))


def trained(net, loss, data, steps):
    settings = FitSettings(steps=steps, batch_size=1, device="cpu", progress="off")
    train_briefly(OneLoss(net, loss, weight_decay=1e-2), WholeGraph(data), settings)
    return net


@pytest.mark.slow
def test_a_graph_found_where_none_is_given_beats_a_perceptron():
    data = communities()
    test = np.setdiff1d(np.arange(240), data["nodes"].numpy())

    def accuracy(logits):
        return float((logits.argmax(-1) == data["label"])[test].double().mean())

    def layers():
        parts = [torch.nn.Linear(6, 32), torch.nn.ReLU(), torch.nn.Dropout(0.3), torch.nn.Linear(32, 4)]
        return torch.nn.Sequential(torch.nn.Dropout(0.3), *parts)

    perceptron = seeded(layers)
    trained(
        perceptron,
        lambda b: functional.cross_entropy(perceptron(b["features"])[b["nodes"]], b["label"][b["nodes"]]),
        data,
        250,
    )
    net = seeded(lambda: LatentGraphClassifier(6, 4, LatentGraphSettings(neighbours=6)))

    def homophily():
        sender, receiver = net.eval()(data["features"])[1].edge_index
        return float((data["label"][sender] == data["label"][receiver]).double().mean())

    before = homophily()
    net.train()
    trained(net, net.loss, data, 250)
    with torch.no_grad():
        assert accuracy(net(data["features"])[0]) > accuracy(perceptron(data["features"])) + 0.1
    assert homophily() > before + 0.2
