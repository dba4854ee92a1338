"""Features, graph convolution and attention against dense matrices."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.systems.feature_rows import FeatureLinear, FeatureRows
from fourfold.domains.graphs.systems.gcn import GCN
from fourfold.domains.graphs.systems.graph_attention import GraphAttention
from fourfold.domains.graphs.systems.node_batch import NodeBatch, spread, symmetric_edges


def whole(features: np.ndarray, index: np.ndarray, weight: np.ndarray | None = None) -> NodeBatch:
    """A graph as a batch in float64."""
    edges = torch.from_numpy(index)
    values = torch.ones(edges.shape[1]).double() if weight is None else torch.from_numpy(weight)
    smoothing = symmetric_edges(edges, values, len(features))
    none = torch.zeros(0, dtype=torch.int64)
    rows = FeatureRows.of(features, torch.float64)
    positions = torch.zeros(len(features), 0).double()
    return NodeBatch(rows, edges, values, *smoothing, positions, none, none)


def words(nodes: int = 12, features: int = 40, share: float = 0.05) -> np.ndarray:
    rng = np.random.default_rng(0)
    table = rng.random((nodes, features)) * (rng.random((nodes, features)) < share)
    table[[0, 4, nodes - 1]] = 0  # the first row, one inside and the last are empty
    return table


EDGES = np.array([[0, 1, 2, 3, 3, 5], [1, 0, 3, 2, 5, 3]])


@pytest.mark.parametrize("share", [0.05, 0.9], ids=["sparse", "dense"])
def test_both_forms_of_features_are_the_same_matrix(share: float) -> None:
    table = words(share=share)
    rows = FeatureRows.of(table, torch.float64)
    assert (rows.dense is None) == (share < 0.2)
    expected = torch.from_numpy(table)
    torch.testing.assert_close(rows.to_dense(), expected)
    nodes = torch.tensor([4, 7, 7, 11, 1, 0])
    torch.testing.assert_close(rows.select(nodes).to_dense(), expected[nodes])
    torch.testing.assert_close(rows.largest(), expected.amax(1))
    scaled = rows.divided_by(rows.largest()).to_dense()
    assert float(scaled.max()) == 1 and bool(torch.isfinite(scaled).all())
    assert not rows.any_negative() and FeatureRows.of(-table).any_negative()
    layer = FeatureLinear(40, 6).double()
    torch.testing.assert_close(layer(rows), expected @ layer.weight + layer.bias)
    (gradient,) = torch.autograd.grad(layer(rows).square().sum(), layer.weight)
    (same,) = torch.autograd.grad((expected @ layer.weight + layer.bias).square().sum(), layer.weight)
    torch.testing.assert_close(gradient, same)


def test_dropout_of_sparse_features_keeps_their_mean() -> None:
    table = np.kron(np.eye(50), np.ones((1, 20)))
    layer = FeatureLinear(1000, 1, dropout=0.5, bias=False).double().train()
    torch.nn.init.ones_(layer.weight)
    torch.manual_seed(0)
    sums = layer(FeatureRows.of(table, torch.float64))
    assert set(np.unique(sums.detach().numpy())) <= set(range(0, 41, 2))
    assert abs(float(sums.detach().mean()) - 20) < 1.5


@pytest.mark.parametrize("weighted", [False, True])
def test_gcn_is_two_products_with_the_smoothed_adjacency(weighted: bool) -> None:
    table = words()
    weight = np.random.default_rng(1).random(EDGES.shape[1]) if weighted else np.ones(EDGES.shape[1])
    batch = whole(table, EDGES, weight)
    adjacency = np.eye(12)
    adjacency[EDGES[1], EDGES[0]] += weight  # receiver, sender
    root = np.diag(adjacency.sum(1) ** -0.5)
    smooth = torch.from_numpy(root @ adjacency @ root)
    network = GCN(40, 5, 3).double().eval()
    first = torch.relu(smooth @ (torch.from_numpy(table) @ network.first.weight + network.first.bias))
    expected = smooth @ (first @ network.second.weight.T + network.second.bias)
    torch.testing.assert_close(network(batch), expected)


def test_an_isolated_node_keeps_its_own_value() -> None:
    batch = whole(words(), EDGES)
    values = torch.arange(12.0).double()[:, None]
    assert float(spread(values, batch.smoothing_index, batch.smoothing_weight)[11]) == 11


def test_attention_is_a_softmax_over_what_comes_in() -> None:
    torch.manual_seed(0)
    layer = GraphAttention(2, 3).double()
    torch.nn.init.normal_(layer.bias)
    batch = whole(words(), EDGES)
    h = torch.randn(12, 6).double()
    found = layer(h, batch.smoothing_index)
    expected = torch.zeros(12, 6).double()
    for i in range(12):
        senders = sorted({i, *EDGES[0, EDGES[1] == i].tolist()})
        for head in range(2):
            part = slice(3 * head, 3 * head + 3)
            score = torch.stack(
                [layer.send[head] @ h[j, part] + layer.receive[head] @ h[i, part] for j in senders]
            )
            share = torch.nn.functional.leaky_relu(score, 0.2).softmax(0)
            expected[i, part] = share @ h[senders][:, part]
    torch.testing.assert_close(found, expected + layer.bias)
