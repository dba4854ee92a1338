"""NodeClassifier in a person's hands: fitted, kept, asked again, and given what does not fit."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.classification.karate_club import read_karate_club
from fourfold.domains.graphs.classification.labelled_graph import LabelledGraph, NodeSplit
from fourfold.domains.graphs.classification.planetoid import read_cora
from fourfold.domains.graphs.classification.reading import read_labelled_graph
from fourfold.domains.graphs.node_classifier import NodeClassifier
from fourfold.shared.errors import InputError, InputWarning

SHORT: dict[str, dict[str, Any]] = {
    "gcn": {"steps": 40, "learning_rate": 0.05},
    "graph-transformer": {
        "steps": 40,
        "learning_rate": 0.01,
        "width": 16,
        "heads": 2,
        "positions": 4,
        "edge_weights": True,
        "dropout": 0.0,
        "feature_dropout": 0.0,
    },
    "la-gcn": {"steps": 40, "learning_rate": 0.05, "generator_hidden": 16, "generator_epochs": 2},
    "erase": {"steps": 20, "width": 16, "codes": 8},
}


def communities(seed: int = 0, nodes: int = 60, shift: float = 0.0) -> tuple[LabelledGraph, NodeSplit]:
    """Three planted groups, each with a noisy feature of its own; the last node has no edge, some no label.

    A third of the others is to learn from, and so on.
    """
    rng = np.random.default_rng(seed)
    group = np.arange(nodes) % 3
    near = rng.random((nodes, nodes)) < np.where(group[:, None] == group, 0.3, 0.02)
    near[:, -1] = near[-1] = False
    features = np.eye(3)[group] + shift + 0.5 * rng.random((nodes, 3))
    labels: list[str | None] = ["red", "green", "blue"] * (nodes // 3)
    for place in (7, 20, nodes - 1):
        labels[place] = None
    data = read_labelled_graph(features, np.stack(np.nonzero(np.triu(near, 1))), labels)
    known = rng.permutation(data.labelled)
    return data, NodeSplit(known[::3], known[1::3], known[2::3])


@pytest.fixture(scope="module", params=list(SHORT))
def fitted(request: pytest.FixtureRequest) -> NodeClassifier:
    data, split = communities()
    return NodeClassifier(request.param, model_settings=SHORT[request.param]).fit(data, split)


def test_answers_are_better_than_chance_and_add_up(fitted: NodeClassifier) -> None:
    data, split = communities()
    frame = fitted.predict(data)
    assert list(frame.columns) == ["node", "label", "p(blue)", "p(green)", "p(red)"]
    assert list(frame["node"]) == list(data.graph.nodes)
    shares = frame[["p(blue)", "p(green)", "p(red)"]].to_numpy()
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-9)
    assert np.isfinite(shares).all() and shares.min() >= 0  # the isolated node too
    names = np.array(["blue", "green", "red"])
    assert (frame["label"].to_numpy() == names[shares.argmax(1)]).all()
    scores = fitted.evaluate(data, split.test)
    assert scores.count == len(split.test)
    assert scores.accuracy > 0.6
    assert fitted.evaluate(data).count == len(data.labelled)


def test_saved_and_loaded_it_answers_the_same(fitted: NodeClassifier, tmp_path: Path) -> None:
    data, _ = communities()
    folder = fitted.save(tmp_path / "kept")
    again = NodeClassifier.load(folder)
    np.testing.assert_array_equal(again.probabilities(data), fitted.probabilities(data))
    np.testing.assert_array_equal(fitted.probabilities(data), fitted.probabilities(data))
    assert again.classes == fitted.classes and again.method.settings == fitted.method.settings
    assert json.loads((folder / "config.json").read_text())["kind"] == "node-classifier"
    other, _ = communities(seed=5, nodes=33)
    assert len(again.predict(other)) == 33


def test_labels_of_other_nodes_are_not_read(fitted: NodeClassifier) -> None:
    """The same training and validation labels give the same model, whatever the rest is labelled."""
    data, split = communities()
    label = data.label.copy()
    label[split.test] = (label[split.test] + 1) % 3
    name = fitted.method.name
    again = NodeClassifier(name, model_settings=SHORT[name]).fit(data.with_label(label), split)
    np.testing.assert_array_equal(again.probabilities(data), fitted.probabilities(data))


def test_fitting_draws_from_its_own_seed_only() -> None:
    data, split = communities()
    torch.manual_seed(11)
    state = torch.get_rng_state()
    first = NodeClassifier("gcn", model_settings={"steps": 5, "seed": 3}).fit(data, split)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(12)
    second = NodeClassifier("gcn", model_settings={"steps": 5, "seed": 3}).fit(data, split)
    np.testing.assert_array_equal(first.probabilities(data), second.probabilities(data))


@pytest.mark.parametrize("name", ["la-gcn", "erase"])
def test_features_below_zero_are_standardised(name: str) -> None:
    data, split = communities(shift=-10.0)
    fitted = NodeClassifier(name, model_settings=SHORT[name]).fit(data, split)
    assert fitted.scaling is not None and fitted.scaling.kind == "standard"
    assert fitted.evaluate(data, split.test).accuracy > 0.6


def test_without_a_split_a_share_of_each_class_is_held_out() -> None:
    data, _ = communities()
    fitted = NodeClassifier("gcn", model_settings={"steps": 10}, validation=0.25).fit(data)
    assert fitted.evaluate(data).count == 57
    lone = NodeClassifier("gcn", model_settings={"steps": 10}, validation=0.0).fit(data)
    assert np.isfinite(lone.probabilities(data)).all()


def test_scores_by_hand() -> None:
    from fourfold.domains.graphs.classification.node_scores import NodeScores

    p = np.array([[0.7, 0.3, 0], [0.6, 0.4, 0], [0.2, 0.8, 0], [0.5, 0.5, 0]])
    scores = NodeScores.of(p, np.array([0, 1, 1, 0]), ("a", "b", "c"))
    assert scores.confusion.tolist() == [[2, 0, 0], [1, 1, 0], [0, 0, 0]]
    assert scores.accuracy == 0.75
    frame = scores.by_class()
    assert list(frame["class"]) == ["a", "b"]
    np.testing.assert_allclose(frame["precision"], [2 / 3, 1])
    np.testing.assert_allclose(frame["recall"], [1, 0.5])
    assert scores.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert scores.log_loss == pytest.approx(-np.log([0.7, 0.4, 0.8, 0.5]).mean())


def test_what_does_not_fit_is_told(fitted: NodeClassifier) -> None:
    data, _ = communities()
    with pytest.raises(InputError, match="features: the model has 3, given 2"):
        fitted.predict(read_labelled_graph(np.ones((3, 2)), np.zeros((2, 0), int)))
    with pytest.raises(InputError, match="1 has no label to judge by"):
        fitted.evaluate(data, np.array([7]))
    with pytest.raises(InputError, match="there are none to judge by"):
        fitted.evaluate(data, np.array([], int))
    strange = read_labelled_graph(data.features, np.zeros((2, 0), int), ["pink"] * data.n_nodes)
    with pytest.raises(InputError, match="class 'pink' was never learnt"):
        fitted.evaluate(strange)


def test_nodes_to_judge_by_are_numbers_or_a_mask(fitted: NodeClassifier) -> None:
    data, split = communities()
    mask = np.zeros(data.n_nodes, bool)
    mask[split.test] = True
    expected = fitted.evaluate(data, split.test).confusion
    for nodes in (mask, torch.from_numpy(mask), mask.tolist(), np.flatnonzero(mask).astype(np.uint8)):
        np.testing.assert_array_equal(fitted.evaluate(data, nodes).confusion, expected)
    for nodes in (torch.from_numpy(split.test), split.test.tolist()):
        np.testing.assert_array_equal(fitted.evaluate(data, nodes).confusion, expected)


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([-20], "nodes at place 0: -20 names a node that is not there; expected numbers from 0 to 59"),
        ([3, 100], "nodes at place 1: 100 names a node that is not there"),
        (np.ones(59, bool), r"the mask has the shape \(59,\); expected .* True or False for each of the 60"),
        (np.ones((60, 1), bool), r"the mask has the shape \(60, 1\)"),
        ([1.0, 2.0], "of type float64 .* expected the whole numbers of some nodes"),
        (["0", "1"], "expected the whole numbers of some nodes"),
        (5, r"shape \(\)"),
        ([[1], [2, 3]], "its rows have different lengths"),
        (np.zeros(60, bool), "there are none to judge by"),
        ([], "there are none to judge by"),
    ],
)
def test_nodes_that_are_neither_are_told(fitted: NodeClassifier, nodes: object, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        fitted.evaluate(communities()[0], nodes)
    assert caught.value.field == "nodes"


def test_what_is_no_graph_is_told(fitted: NodeClassifier) -> None:
    for ask in (fitted.evaluate, fitted.predict, fitted.probabilities):
        with pytest.raises(InputError, match="data: ndarray is no graph with features"):
            ask(np.ones((3, 3)))  # pyright: ignore[reportArgumentType]


def test_a_split_takes_lists_of_numbers_and_no_masks() -> None:
    split = NodeSplit([0, 1], [], torch.tensor([2]))  # pyright: ignore[reportArgumentType]
    assert [part.tolist() for part in (split.train, split.validation, split.test)] == [[0, 1], [], [2]]
    with pytest.raises(InputError, match=r"split\.train: .* of type bool .*Pass np\.flatnonzero\(mask\)"):
        NodeSplit(np.ones(3, bool), np.zeros(0, int), np.zeros(0, int))


def test_a_second_fit_that_fails_leaves_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    data, split = communities()
    fitted = NodeClassifier("gcn", model_settings={"steps": 5}).fit(data, split)
    before = fitted.probabilities(data)
    monkeypatch.setattr("fourfold.domains.graphs.classification.method.train", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fitted.fit(data, split)
    np.testing.assert_array_equal(fitted.probabilities(data), before)


def test_unfit_training_is_told(tmp_path: Path) -> None:
    data, split = communities()
    with pytest.raises(InputError, match=r"no node classifier is called 'gcm'; expected gcn"):
        NodeClassifier("gcm")
    with pytest.raises(InputError, match=r"model_settings\.hidden at gcn"):
        NodeClassifier("gcn", model_settings={"hidden": 0})
    for unfitted in (lambda c: c.predict(data), lambda c: c.save(tmp_path / "kept")):
        with pytest.raises(InputError, match="gcn is not fitted"):
            unfitted(NodeClassifier("gcn"))
    red = np.flatnonzero(data.label == data.classes.index("red"))
    with pytest.raises(InputError, match="training nodes have 1 classes; expected two or more"):
        NodeClassifier("gcn").fit(data, NodeSplit(red[:5], red[5:7], red[7:]))
    with pytest.raises(InputError, match=r"split\.train at node 7: 1 node has no label"):
        NodeClassifier("gcn").fit(data, NodeSplit(np.array([0, 1, 7]), split.validation[:0], split.test[:0]))
    with pytest.raises(InputError, match="names a node that is not there"):
        NodeClassifier("gcn").fit(data, NodeSplit(np.array([0, 1, 99]), split.validation[:0], split.test[:0]))
    with pytest.warns(InputWarning, match="no training node is of class"):
        few = NodeSplit(np.array([0, 1, 3, 4]), np.array([9, 10]), np.array([2]))
        NodeClassifier("gcn", model_settings={"steps": 2}).fit(data, few)


def test_an_artefact_of_another_shape_is_refused(tmp_path: Path) -> None:
    data, split = communities()
    folder = NodeClassifier("gcn", model_settings={"steps": 2}).fit(data, split).save(tmp_path / "kept")
    config = json.loads((folder / "config.json").read_text())
    config["config"]["model"]["settings"]["hidden"] = 5
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="does not fit the model"):
        NodeClassifier.load(folder)


def test_the_club_splits_as_it_did() -> None:
    data, split = read_karate_club()
    fitted = NodeClassifier("gcn", model_settings={"steps": 60}).fit(data, split)
    assert fitted.evaluate(data, split.test).accuracy >= 11 / 14


@pytest.mark.slow
def test_gcn_reaches_its_published_accuracy_on_cora(benchmark_data: Path) -> None:
    """81.5 % in the paper; 82.4, 82.0 and 82.2 % here with seeds 0 to 2."""
    if not (benchmark_data / "graphs" / "planetoid" / "ind.cora.graph").is_file():
        pytest.skip("Cora is not in $FOURFOLD_DATA")
    data, split = read_cora()
    fitted = NodeClassifier("gcn").fit(data, split)
    assert 0.8 < fitted.evaluate(data, split.test).accuracy < 0.85


@pytest.mark.slow
def test_erase_bears_wrong_labels_better_than_cross_entropy(benchmark_data: Path) -> None:
    """Gains of 9.9, 10.6 and 12.3 points with seeds 0 to 2 (benchmarks/graph_label_noise.py)."""
    from fourfold.domains.graphs.classification.noise_trial import noise_trial

    if not (benchmark_data / "graphs" / "planetoid" / "ind.cora.graph").is_file():
        pytest.skip("Cora is not in $FOURFOLD_DATA")
    data, split = read_cora()
    erase, gcn = (noise_trial(name, data, split, ratio=0.4, seed=1) for name in ("erase", "gcn"))
    assert erase > gcn + 0.05


@pytest.mark.slow
def test_local_augmentation_is_no_worse_than_convolution_alone(benchmark_data: Path) -> None:
    """Same steps, a short generator: 82.2 % beside 82.4 %; with the settings' own, 83.2 % (seed 0)."""
    if not (benchmark_data / "graphs" / "planetoid" / "ind.cora.graph").is_file():
        pytest.skip("Cora is not in $FOURFOLD_DATA")
    data, split = read_cora()
    short = {"steps": 200, "generator_epochs": 2.0, "pool": 2}
    augmented = NodeClassifier("la-gcn", model_settings=short).fit(data, split)
    plain = NodeClassifier("gcn", model_settings={"steps": 200}).fit(data, split)
    gain = augmented.evaluate(data, split.test).accuracy - plain.evaluate(data, split.test).accuracy
    assert gain > -0.015  # 1.2 points are the deviation of 1,000 test nodes


def test_settings_and_data_that_are_none_are_told() -> None:
    with pytest.raises(InputError, match="NodeClassifier setting hiden"):
        NodeClassifier(hiden=1)
    with pytest.raises(InputError, match=r"model_settings: \[1\] is no mapping"):
        NodeClassifier(model_settings=[1])  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError, match=r"ndarray is no graph with features.*read_labelled_graph"):
        NodeClassifier().fit(np.ones((3, 2)))  # pyright: ignore[reportArgumentType]
