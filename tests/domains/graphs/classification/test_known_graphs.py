"""Cora and the karate club by their published numbers; other files of Planetoid's kind by hand."""

import pickle
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fourfold.domains.graphs.classification.karate_club import read_karate_club
from fourfold.domains.graphs.classification.labelled_graph import UNKNOWN
from fourfold.domains.graphs.classification.planetoid import read_cora, read_planetoid
from fourfold.shared.errors import InputError
from scipy import sparse


def test_cora_has_its_published_size(benchmark_data: Path) -> None:
    if not (benchmark_data / "graphs" / "planetoid" / "ind.cora.graph").is_file():
        pytest.skip("Cora is not in $FOURFOLD_DATA")
    data, split = read_cora()
    assert data.features.shape == (2708, 1433) and data.features.dtype == np.float32
    assert np.unique(data.features).tolist() == [0, 1]
    assert data.graph.n_edges == 10_556
    sender, receiver = data.graph.edge_index
    assert set(zip(sender.tolist(), receiver.tolist(), strict=True)) == set(
        zip(receiver.tolist(), sender.tolist(), strict=True)
    )
    assert [len(part) for part in (split.train, split.validation, split.test)] == [140, 500, 1000]
    assert np.bincount(data.label[split.train]).tolist() == [20] * 7
    counts = dict(zip(data.classes, np.bincount(data.label).tolist(), strict=True))
    assert counts == {
        "theory": 351,
        "reinforcement learning": 217,
        "genetic algorithms": 418,
        "neural networks": 818,
        "probabilistic methods": 426,
        "case based": 298,
        "rule learning": 180,
    }
    assert (data.label[sender] == data.label[receiver]).mean() == pytest.approx(0.81, abs=0.005)


def test_the_karate_club_as_zachary_drew_it() -> None:
    data, split = read_karate_club()
    assert (data.n_nodes, data.graph.n_edges) == (34, 156)
    assert np.bincount(data.graph.edge_index[0])[[0, 33]].tolist() == [16, 17]
    assert [len(part) for part in (split.train, split.validation, split.test)] == [14, 6, 14]
    assert data.classes[data.label[0]] == "Mr. Hi" and data.classes[data.label[33]] == "Officer"
    assert set(np.unique(data.graph.edge_weight)) == {1.0}


def put(folder: Path, **changes: Any) -> None:
    """Six nodes: 0 to 2 known (0 to learn from), 3 and 5 tested, 4 isolated and skipped, as in CiteSeer."""
    x = sparse.csr_matrix(np.eye(3, 4, dtype=np.float32))
    y = np.eye(2, dtype=np.int32)[[0, 1, 1]]
    tx = sparse.csr_matrix(np.array([[0, 0, 0, 5], [0, 0, 7, 0]], np.float32))
    parts: dict[str, Any] = {
        "x": x[:1],
        "y": y[:1],
        "allx": x,
        "ally": y,
        "tx": tx,
        "ty": np.eye(2, dtype=np.int32)[[1, 0]],
        "graph": defaultdict(list, {0: [1, 1, 0], 1: [0, 2], 2: [1, 5], 3: [2], 5: [2]}),
        **changes,
    }
    for part, content in parts.items():
        (folder / f"ind.mine.{part}").write_bytes(pickle.dumps(content, 2))
    (folder / "ind.mine.test.index").write_text("5\n3\n")


def test_rows_of_tx_go_where_the_index_says(tmp_path: Path) -> None:
    put(tmp_path)
    data, split = read_planetoid(tmp_path, "mine")
    assert data.n_nodes == 6
    assert data.features[5, 3] == 5 and data.features[3, 2] == 7 and not data.features[4].any()
    assert data.label.tolist() == [0, 1, 1, 0, UNKNOWN, 1]
    assert (
        split.train.tolist() == [0] and split.validation.tolist() == [1, 2] and split.test.tolist() == [3, 5]
    )
    dense = data.graph.adjacency().toarray()
    assert data.graph.n_edges == 8 and dense.max() == 1 and not np.diag(dense).any()
    np.testing.assert_array_equal(dense, dense.T)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"graph": {0: [9]}}, "names node 9"),
        ({"graph": [1, 2]}, "no lists of neighbours"),
        ({"ty": np.zeros((5, 2), np.int32)}, "2 rows of tx and 5 of ty"),
        ({"allx": {"a": 1}}, "holds no matrix"),
    ],
)
def test_files_that_do_not_fit(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    put(tmp_path, **changes)
    with pytest.raises(InputError, match=told):
        read_planetoid(tmp_path, "mine")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "ind.mine.test.index").write_text("5\nx\n")
    with pytest.raises(InputError, match=r"test\.index: cannot be read"):
        read_planetoid(tmp_path, "mine")
    (tmp_path / "ind.mine.tx").unlink()
    with pytest.raises(InputError, match=r"ind\.mine\.tx: cannot be read"):
        read_planetoid(tmp_path, "mine")
