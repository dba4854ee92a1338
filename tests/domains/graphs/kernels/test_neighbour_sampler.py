"""Sampled neighbourhoods are parts of the graph, drawn evenly."""

import warnings

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.kernels.neighbour_sampler import NeighbourSampler
from fourfold.shared.errors import InputError
from scipy import sparse

with warnings.catch_warnings():  # its import touches deprecated parts of torch
    for noise in (FutureWarning, DeprecationWarning, UserWarning):
        warnings.simplefilter("ignore", noise)
    from torch_geometric.data import Data
    from torch_geometric.utils import k_hop_subgraph


def edges_of(sampled) -> list[tuple[int, int]]:
    sender, receiver = sampled.nodes[sampled.edge_index]
    return list(zip(sender.tolist(), receiver.tolist(), strict=True))


@pytest.mark.parametrize("fan_outs", [(3,), (5, 2), (4, 3, 2), (2, -1)])
@pytest.mark.parametrize("replace", [False, True])
def test_edges_are_those_of_the_graph_and_none_too_many(random_graph, fan_outs, replace):
    graph = random_graph(80, 0.15, directed=True)
    dense = graph.toarray()
    sampled = NeighbourSampler(graph, fan_outs, replace=replace).sample([5, 70, 79])
    assert sampled.nodes[:3].tolist() == [5, 70, 79] and sampled.n_seeds == 3
    assert len(np.unique(sampled.nodes)) == len(sampled.nodes) == sum(sampled.nodes_per_hop)
    assert sampled.edge_index.shape[1] == sum(sampled.edges_per_hop)
    edges = edges_of(sampled)
    np.testing.assert_allclose([dense[edge] for edge in edges], sampled.weights, rtol=1e-6)
    assert replace or len(set(edges)) == len(edges)
    start = 0
    for hop, wanted in enumerate(fan_outs):
        reached = np.concatenate([[0], np.cumsum(sampled.nodes_per_hop)])
        into = sampled.edge_index[1, start : start + sampled.edges_per_hop[hop]]
        start += sampled.edges_per_hop[hop]
        for node in range(reached[hop], reached[hop + 1]):
            degree = np.count_nonzero(dense[:, sampled.nodes[node]])
            expected = degree if wanted < 0 else min(wanted, degree) if not replace else wanted * (degree > 0)
            assert (into == node).sum() == expected


def test_all_edges_give_what_pyg_finds_within_the_hops(random_graph):
    graph = random_graph(60, 0.05, directed=True)
    sampled = NeighbourSampler(graph, (-1, -1)).sample([3, 30])
    index = torch.tensor(np.stack(graph.nonzero()))
    nodes, _, _, _ = k_hop_subgraph([3, 30], 2, index, num_nodes=60)
    assert sorted(sampled.nodes) == nodes.tolist()
    inner = set(sampled.nodes[: sum(sampled.nodes_per_hop[:2])].tolist())
    assert sorted(edges_of(sampled)) == sorted(
        edge for edge in zip(*graph.nonzero(), strict=True) if edge[1] in inner
    )
    data = Data(x=torch.arange(60.0)[sampled.nodes, None], edge_index=torch.from_numpy(sampled.edge_index))
    assert data.validate() and data.num_nodes == len(sampled.nodes)


@pytest.mark.parametrize("degree, fan_out", [(10, 3), (60, 25), (500, 17)])
@pytest.mark.parametrize("replace", [False, True])
def test_every_neighbour_is_as_likely(degree, fan_out, replace):
    star = sparse.csr_array(
        (np.ones(degree), (np.arange(1, degree + 1), np.zeros(degree, int))), shape=(degree + 1,) * 2
    )
    sampler, draws = NeighbourSampler(star, [fan_out], replace=replace, seed=3), 2000
    counts = np.zeros(degree)
    for _ in range(draws):
        np.add.at(counts, np.concatenate([[e[0] for e in edges_of(sampler.sample(0))]]) - 1, 1)
    expected = draws * fan_out / degree
    assert counts.sum() == draws * fan_out
    assert ((counts - expected) ** 2).sum() / expected < degree + 6 * np.sqrt(2 * degree)


def test_draws_are_reproducible_and_differ_from_each_other(random_graph):
    graph = random_graph(80, 0.3)
    one, two = (NeighbourSampler(graph, (4, 4), seed=9) for _ in range(2))
    first, second = one.sample([1, 2]), one.sample([1, 2])
    np.testing.assert_array_equal(first.nodes, two.sample([1, 2]).nodes)
    assert not np.array_equal(first.nodes, second.nodes)
    again = two.sample([1, 2], draw=0)
    np.testing.assert_array_equal(again.edge_index, first.edge_index)


def test_a_node_that_hears_nobody(random_graph):
    sampled = NeighbourSampler(random_graph(), (5, 5)).sample([39])
    assert sampled.nodes.tolist() == [39] and sampled.edge_index.shape == (2, 0)


def test_bad_input_is_refused(random_graph):
    for wrong in ((), (0,), (3, -2)):
        with pytest.raises(InputError, match="fan_outs"):
            NeighbourSampler(random_graph(), wrong)
    sampler = NeighbourSampler(random_graph(), (2,))
    for wrong in ([40], [1, 1], []):
        with pytest.raises(InputError, match="seeds"):
            sampler.sample(wrong)
    assert (sampler._local == -1).all()
