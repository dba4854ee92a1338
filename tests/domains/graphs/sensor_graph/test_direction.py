"""Directed and undirected graphs, selections and conversions keep what an adjacency matrix says."""

import hypothesis.strategies as st
import numpy as np
import pytest
from fourfold.domains.graphs.sensor_graph import (
    ChangingGraph,
    components,
    from_adjacency,
    from_pyg,
    one_way_edges,
    require_undirected,
    settle_graph,
    to_pyg,
    to_undirected,
)
from fourfold.shared.errors import InputError
from hypothesis import given
from hypothesis.extra.numpy import arrays

matrices = st.integers(1, 7).flatmap(
    lambda n: arrays(np.float32, (n, n), elements=st.sampled_from([0, 0, 0.5, 1, 2]))
)


@given(matrices)
def test_an_adjacency_comes_back(matrix):
    graph = from_adjacency(matrix, self_loops="keep")
    np.testing.assert_array_equal(graph.adjacency().toarray(), matrix)
    np.testing.assert_allclose(graph.out_degrees(), matrix.sum(1))
    np.testing.assert_allclose(graph.in_degrees(), matrix.sum(0))
    assert graph.in_degrees(weighted=False).sum() == graph.n_edges


@given(matrices)
def test_undirected_is_the_larger_weight_both_ways(matrix):
    graph = to_undirected(from_adjacency(matrix, self_loops="keep"))
    np.testing.assert_array_equal(graph.adjacency().toarray(), np.maximum(matrix, matrix.T))
    require_undirected(graph)
    other = from_adjacency(matrix, self_loops="keep", directed=False)
    np.testing.assert_array_equal(other.adjacency().toarray(), graph.adjacency().toarray())


@given(matrices)
def test_one_way_edges(matrix):
    graph = from_adjacency(matrix, self_loops="keep")
    found = {tuple(graph.edge_index[:, edge]) for edge in one_way_edges(graph)}
    assert found == set(zip(*np.nonzero((matrix != matrix.T) & (matrix != 0)), strict=True))


@given(matrices, st.randoms())
def test_select_is_that_of_the_matrix(matrix, random):
    chosen = random.sample(range(len(matrix)), random.randint(1, len(matrix)))
    graph = from_adjacency(matrix, self_loops="keep")
    part = graph.select(np.array(chosen))
    np.testing.assert_array_equal(part.adjacency().toarray(), matrix[np.ix_(chosen, chosen)])
    assert part.nodes == graph.select([str(node) for node in chosen]).nodes


@given(matrices)
def test_parts_do_not_depend_on_directions(matrix):
    labels = components(from_adjacency(matrix))
    np.testing.assert_array_equal(labels, components(from_adjacency(matrix.T)))
    reach = np.linalg.matrix_power(matrix + matrix.T + np.eye(len(matrix)), len(matrix)) > 0
    np.testing.assert_array_equal(labels[:, None] == labels[None], reach)


@given(matrices)
def test_pyg_and_back(matrix):
    graph = from_adjacency(matrix, self_loops="keep")
    data = to_pyg(graph)
    assert data.num_nodes == len(matrix)
    back = from_pyg(data)
    np.testing.assert_array_equal(back.adjacency().toarray(), matrix)
    data.edge_attr, data.edge_weight = data.edge_weight[:, None], None
    np.testing.assert_array_equal(from_pyg(data).adjacency().toarray(), matrix)


def test_pyg_copies_and_places():
    graph = settle_graph(2, [[0], [1]], coordinates=np.array([[1.0, 2], [3, 4]]))
    data = to_pyg(graph)
    data.edge_weight[0] = 7
    assert graph.edge_weight.tolist() == [1]
    assert data.pos.tolist() == [[1, 2], [3, 4]]


def test_select_says_what_is_not_there():
    graph = settle_graph(["a", "b"], [[0], [1]])
    with pytest.raises(InputError, match="the graph has no node c"):
        graph.select(["a", "c"])
    with pytest.raises(InputError, match="out of range"):
        graph.select(np.array([2]))


def test_changing_graph():
    first = settle_graph(["a", "b", "c"], [[0, 1], [1, 2]])
    second = settle_graph(["a", "b", "c"], [[0], [1]], [3.0])
    graph = ChangingGraph((first, second))
    assert (graph.n_steps, graph.n_nodes, graph.nodes) == (2, 3, ("a", "b", "c"))
    assert [graph.at(row).n_edges for row in (0, 1, 2, 99)] == [2, 1, 1, 1]
    assert graph.mean().adjacency().toarray().tolist() == [[0, 2, 0], [0, 0, 0.5], [0, 0, 0]]
    assert graph.select(["b", "c"]).at(0).edge_index.tolist() == [[0], [1]]
    assert graph.select_rows(slice(1, 2)).n_steps == 1
    with pytest.raises(InputError, match="before the first step"):
        graph.at(-1)
    with pytest.raises(InputError, match="graphs at step 1: its nodes are not those"):
        ChangingGraph((first, settle_graph(3, [[0], [1]])))
    with pytest.raises(InputError, match="there are none"):
        ChangingGraph(())
