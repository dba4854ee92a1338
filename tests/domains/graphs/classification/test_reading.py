"""A person's own graph, right and wrong in every way that the tables of the field list."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.graphs.classification.labelled_graph import (
    UNKNOWN,
    LabelledGraph,
    NodeSplit,
    random_split,
)
from fourfold.domains.graphs.classification.reading import read_labelled_graph
from fourfold.shared.errors import InputError


def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Five papers, the last without any link, one of unknown subject."""
    features = pd.DataFrame(
        {"node": ["a", "b", "c", "d", "e"], "ocean": [1, 0, 2, 0, 0], "star": [0, 1, 0, 3, 1]}
    )
    edges = pd.DataFrame({"from": ["a", "a", "b", "b"], "to": ["c", "b", "d", "b"], "weight": [1, 2, 0.5, 9]})
    labels = pd.DataFrame({"node": ["b", "a", "d", "e"], "label": ["sky", "sea", "sky", None]})
    return features, edges, labels


def test_tables_and_arrays_are_the_same_graph() -> None:
    features, edges, labels = tables()
    one = read_labelled_graph(features, edges, labels)
    assert one.graph.nodes == ("a", "b", "c", "d", "e") and one.feature_names == ("ocean", "star")
    assert one.classes == ("sea", "sky")
    assert one.label.tolist() == [0, 1, UNKNOWN, 1, UNKNOWN]
    dense = one.graph.adjacency().toarray()
    np.testing.assert_array_equal(dense, dense.T)
    assert dense[0, 1] == 2 and dense[1, 3] == 0.5 and dense[1, 1] == 0 and not dense[4].any()
    index = np.array([[0, 0, 1, 1], [2, 1, 3, 1]])
    two = read_labelled_graph(
        features[["ocean", "star"]].to_numpy(), index, ["sea", "sky", None, "sky", float("nan")]
    )
    np.testing.assert_array_equal(two.features, one.features)
    np.testing.assert_array_equal(two.graph.edge_index, one.graph.edge_index)
    np.testing.assert_array_equal(two.label, one.label)


def test_labels_with_gaps_stay_whole_numbers_in_their_order() -> None:
    features, edges, _ = tables()
    data = read_labelled_graph(features, edges, pd.Series([10, 2, None, 2, 10]))
    assert data.classes == ("2", "10")
    assert data.label.tolist() == [1, 0, UNKNOWN, 0, 1]
    assert read_labelled_graph(features, edges).classes == ()


def test_direction_is_kept_when_asked() -> None:
    features, edges, labels = tables()
    dense = read_labelled_graph(features, edges, labels, directed=True).graph.adjacency().toarray()
    assert dense[0, 2] == 1 and dense[2, 0] == 0


Change = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame], tuple[Any, Any, Any]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda f, e, y: (f.replace({"ocean": {2: np.nan}}), e, y),
            "features at node c, feature ocean: 1 values are missing",
        ),
        (lambda f, e, y: (f.assign(ocean=np.inf), e, y), r"features at node a.*infinite"),
        (lambda f, e, y: (f.assign(star=1e300), e, y), "too large"),
        (lambda f, e, y: (f.assign(star="x"), e, y), "star holds no numbers"),
        (lambda f, e, y: (f.assign(node=list("abcdd")), e, y), "names repeat: d"),
        (lambda f, e, y: (f[["node"]], e, y), "a feature at least"),
        (lambda f, e, y: (np.zeros(4), e, y), "numbers .nodes, features."),
        (lambda f, e, y: (f, e.replace({"to": {"d": "z"}}), y), "row 3, z.*without features"),
        (lambda f, e, y: (f, e.rename(columns={"to": "target"}), y), "no column to"),
        (lambda f, e, y: (f, e.assign(weight=[1, np.nan, 1, 1]), y), "NaN"),
        (lambda f, e, y: (f, e.assign(weight=[1, -1, 1, 1]), y), "negative"),
        (lambda f, e, y: (f, np.array([[0, 1], [1, 2], [2, 3]]), y), r"expected \(2, E\)"),
        (lambda f, e, y: (f, np.array([[0.0], [1.0]]), y), "integers"),
        (lambda f, e, y: (f, np.array([[0], [7]]), y), "edge 0, 0 to 7"),
        (
            lambda f, e, y: (f, e, y.assign(node=["z", "a", "d", "e"])),
            "labels: 1 are of nodes without features: z",
        ),
        (lambda f, e, y: (f, e, pd.concat([y, y.assign(label="sea")])), "labels at node b: 'sky' and 'sea'"),
        (lambda f, e, y: (f, e, ["sea", "sky"]), "there are 2; expected 5"),
        (lambda f, e, y: (f, e, y.drop(columns="label")), "no column label"),
    ],
)
def test_each_mistake_is_told_with_its_place(change: Change, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_labelled_graph(*change(*tables()))


def labelled(counts: tuple[int, ...]) -> LabelledGraph:
    label = np.repeat(np.arange(len(counts)), counts)
    names = [str(number) for number in label]
    return read_labelled_graph(np.ones((len(label), 1)), np.zeros((2, 0), np.int64), names)


def test_a_split_gives_every_part_its_share_of_each_class() -> None:
    data = labelled((50, 20, 3, 1))
    split = random_split(data, validation=0.2, test=0.3, seed=1)
    parts = (split.train, split.validation, split.test)
    assert sorted(np.concatenate(parts).tolist()) == list(range(74))
    counts = [np.bincount(data.label[part], minlength=4).tolist() for part in parts]
    assert counts == [[25, 10, 1, 1], [10, 4, 1, 0], [15, 6, 1, 0]]
    again = random_split(data, validation=0.2, test=0.3, seed=1)
    np.testing.assert_array_equal(again.train, split.train)


def test_parts_of_a_split_share_no_node() -> None:
    with pytest.raises(InputError, match=r"split at node 2: 1 nodes are in more than one part"):
        NodeSplit(np.array([1, 2]), np.array([2, 3]), np.array([4]))
    with pytest.raises(InputError, match="no node has one"):
        random_split(labelled((2,)).with_label(np.array([-1, -1])), validation=0.5)


def test_a_misspelt_weight_is_not_ignored() -> None:
    features, edges, labels = tables()
    with pytest.raises(InputError, match="wieght: is no column of a table of edges"):
        read_labelled_graph(features, edges.rename(columns={"weight": "wieght"}), labels)
