"""Compressed rows are the same edges, checked."""

import numpy as np
import pytest
from fourfold.domains.graphs.kernels.compressed_rows import (
    checked_nodes,
    compress_rows,
    require_undirected,
)
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from fourfold.shared.errors import InputError
from scipy import sparse


def test_they_hold_the_matrix_and_its_sums(random_graph):
    graph = random_graph(directed=True)
    rows = compress_rows(graph)
    assert compress_rows(rows) is rows
    np.testing.assert_array_equal(rows.matrix.toarray(), graph.toarray())
    np.testing.assert_array_equal(rows.transposed.matrix.toarray(), graph.toarray().T)
    np.testing.assert_allclose(rows.degrees, graph.toarray().sum(axis=1))
    assert rows.volume == pytest.approx(graph.toarray().sum())
    assert (rows.n_nodes, rows.n_edges) == (40, graph.nnz)
    assert (rows.weights > 0).all() and rows.one_way > 0


def test_duplicates_add_up_zeros_vanish_and_the_input_stays():
    given = sparse.coo_array(([1.0, 2.0, 0.0], ([0, 0, 1], [1, 1, 2])), shape=(4, 4))
    rows = compress_rows(given)
    assert rows.neighbours.tolist() == [1] and rows.weights.tolist() == [3.0]
    assert rows.offsets.tolist() == [0, 1, 1, 1, 1]
    assert given.data.tolist() == [1.0, 2.0, 0.0]


def test_a_sensor_graph_counts_its_isolated_last_node():
    graph = SensorGraph(("a", "b", "c"), np.array([[0], [1]]), np.array([2.0], dtype=np.float32))
    rows = compress_rows(graph)
    assert rows.n_nodes == 3 and rows.degrees.tolist() == [2.0, 0.0, 0.0]


def test_an_undirected_graph_is_told_from_a_directed_one(random_graph):
    require_undirected(compress_rows(random_graph()), "this")
    with pytest.raises(InputError, match="2 entries differ"):
        require_undirected(compress_rows(sparse.csr_array(np.array([[0, 1.0], [0, 0]]))), "this")


@pytest.mark.parametrize("weight", [np.nan, np.inf, -1.0])
def test_bad_weights_are_named(weight):
    with pytest.raises(InputError, match="edge 1 -> 0") as caught:
        compress_rows(sparse.csr_array(np.array([[0, 1.0], [weight, 0]])))
    assert caught.value.field == "adjacency"


def test_other_bad_input_is_refused():
    with pytest.raises(InputError, match="square"):
        compress_rows(sparse.csr_array(np.ones((2, 3))))
    for nodes in ([5], [-1], [], [0.5], [[1]]):
        with pytest.raises(InputError):
            checked_nodes("nodes", nodes, 5)
    assert checked_nodes("nodes", 3, 5).tolist() == [3]
