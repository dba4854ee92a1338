"""The generated large network has the size asked for, spreads along its edges, and stays sparse."""

import numpy as np
import pytest
from fourfold.domains.graphs.synthetic.large_network import geometric_network, large_network
from fourfold.shared.errors import InputError


def test_the_large_network_has_about_the_edges_asked_for():
    graph = geometric_network(5_000, 400_000)
    assert graph.n_nodes == 5_000
    assert graph.n_edges == pytest.approx(400_000, rel=0.001)


def test_edges_join_all_pairs_within_one_radius():
    graph = geometric_network(60, 400, seed=3)
    length = np.linalg.norm(graph.coordinates[:, None] - graph.coordinates[None], axis=-1)
    radius = length[tuple(graph.edge_index)].max()
    np.testing.assert_array_equal(graph.adjacency().toarray() > 0, (length <= radius) & (length > 0))
    np.testing.assert_allclose(graph.adjacency().toarray(), graph.adjacency().toarray().T)
    assert graph.edge_weight.min() == pytest.approx(np.exp(-1), rel=0.01)


def test_anomalies_last_and_spread_as_the_equation_says():
    made = large_network(40, 200, 60, noise=0.1)
    assert made.values.shape == made.expected.shape == (60, 40)
    adjacency = made.graph.adjacency().toarray().astype(float)
    inflow = adjacency.sum(axis=0)
    mixing = np.divide(adjacency.T, inflow[:, None], out=np.zeros_like(adjacency), where=inflow[:, None] > 0)
    residual = made.values - made.expected
    assert residual.std() == pytest.approx(0.1, rel=0.1)
    # The wave repeats after a day, so the difference over a day leaves the anomalies alone.
    values, expected = made.values.astype(float), made.expected.astype(float)
    want = 0.95 * (0.5 * np.eye(40) + 0.5 * mixing) @ (values[24:-1] - values[:-25]).T
    np.testing.assert_allclose((expected[25:] - expected[1:-24]).T, want, atol=1e-5)


def test_seeds_decide_and_names_are_unique():
    first, again, other = large_network(30, 90, 5), large_network(30, 90, 5), large_network(30, 90, 5, seed=1)
    assert np.array_equal(first.values, again.values)
    assert not np.array_equal(first.values, other.values)
    assert len(set(first.graph.nodes)) == 30


@pytest.mark.parametrize(
    ("field", "arguments"), [("nodes", (1, 1, 5)), ("edges", (10, 91, 5)), ("steps", (10, 20, 0))]
)
def test_nonsense_is_refused_by_name(field, arguments):
    with pytest.raises(InputError) as caught:
        large_network(*arguments)
    assert caught.value.field == field
