"""ERASE's parts: codes on the sphere, labels smoothed over the graph and corrected by prototypes."""

import numpy as np
import torch
from fourfold.domains.graphs.systems.erase import AttentionEncoder, LabelCorrection, propagate_labels
from fourfold.domains.graphs.systems.feature_rows import FeatureRows
from fourfold.domains.graphs.systems.node_batch import NodeBatch, symmetric_edges


def two_cliques(size: int = 6) -> NodeBatch:
    """Two cliques joined by one edge, and a node of its own; labels 0 and 1 by clique, the last is 0."""
    pairs = [(a, b) for a in range(size) for b in range(size) if a != b]
    pairs += [(a + size, b + size) for a, b in pairs] + [(0, size), (size, 0)]
    index = torch.tensor(pairs).T
    nodes = 2 * size + 1
    weight = torch.ones(index.shape[1]).double()
    label = torch.tensor([0] * size + [1] * size + [0])
    return NodeBatch(
        FeatureRows.of(np.eye(nodes), torch.float64),
        index,
        weight,
        *symmetric_edges(index, weight, nodes),
        torch.zeros(nodes, 0).double(),
        label,
        torch.arange(nodes - 1),
    )


def test_propagation_is_powers_of_a_dense_matrix() -> None:
    graph = two_cliques()
    nodes = graph.n_nodes
    adjacency = torch.eye(nodes).double()
    adjacency[graph.edge_index[1], graph.edge_index[0]] = 1
    root = adjacency.sum(1).rsqrt()
    smooth = root[:, None] * adjacency * root
    start = torch.rand(nodes, 2).double()
    power = torch.linalg.matrix_power(0.4 * smooth + 0.6 * torch.eye(nodes).double(), 5)
    torch.testing.assert_close(propagate_labels(start, graph, alpha=0.6, steps=5), power @ start)
    torch.testing.assert_close(propagate_labels(start, graph, alpha=0.6, steps=0), start)


def correction(graph: NodeBatch, beta: float = 0.6) -> LabelCorrection:
    return LabelCorrection(graph, 2, alpha=0.6, beta=beta, steps=5, temperature=0.1)


def test_the_neighbourhood_outvotes_a_wrong_label() -> None:
    graph = two_cliques()
    label = graph.label.clone()
    label[2], label[8] = 1, 0
    structural = correction(graph._replace(label=label)).structural
    torch.testing.assert_close(structural[:12].sum(1), torch.ones(12).double())
    assert structural[:12].argmax(1).tolist() == graph.label[:12].tolist()
    assert not structural[12].any()  # no neighbour, no label


def test_labels_of_nodes_that_are_not_learnt_from_are_not_read() -> None:
    graph = two_cliques()._replace(nodes=torch.tensor([0, 1, 7, 8]))
    hidden = graph.label.clone()
    hidden[[2, 3, 9, 12]] = -1
    torch.testing.assert_close(
        correction(graph).structural, correction(graph._replace(label=hidden)).structural
    )


def test_prototypes_correct_what_the_graph_cannot() -> None:
    graph = two_cliques()
    codes = torch.zeros(13, 4).double()
    codes[:6, 0], codes[6:12, 1], codes[12, 1] = 1, 1, 1
    found = correction(graph)
    labels = found.corrected(codes, graph)
    torch.testing.assert_close(labels.sum(1), torch.ones(13).double())
    assert labels.argmax(1).tolist() == [0] * 6 + [1] * 7  # the lonely node by its code
    cosines = found.cosines(codes)
    assert cosines[:6, 0].min() > cosines[:6, 1].max() and cosines.abs().max() <= 1 + 1e-12


def test_codes_lie_on_the_sphere_and_follow_their_nodes() -> None:
    graph = two_cliques()
    torch.manual_seed(0)
    encoder = AttentionEncoder(13, 5, width=8, heads=2).double().eval()
    codes = encoder(graph)
    torch.testing.assert_close(codes.norm(dim=-1), torch.ones(13).double())
    order = torch.from_numpy(np.random.default_rng(0).permutation(13))
    place = torch.argsort(order)
    turned = graph._replace(
        features=FeatureRows.of(np.eye(13)[order.numpy()], torch.float64),
        smoothing_index=place[graph.smoothing_index],
    )
    torch.testing.assert_close(encoder(turned), codes[order])
