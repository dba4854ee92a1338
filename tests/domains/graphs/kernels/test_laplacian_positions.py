"""Eigenvectors that are right, and the same each time."""

import numpy as np
import pytest
from fourfold.domains.graphs.kernels import laplacian_positions as module
from fourfold.domains.graphs.kernels.laplacian_positions import laplacian_positions
from fourfold.shared.errors import InputError, InputWarning
from scipy import sparse


def laplacian(graph: sparse.csr_array) -> np.ndarray:
    dense = graph.toarray()
    degree = dense.sum(axis=1)
    root = np.divide(1, np.sqrt(degree), out=np.zeros_like(degree), where=degree > 0)
    return np.diag((degree > 0).astype(float)) - root[:, None] * dense * root


def two_parts(random_graph) -> sparse.csr_array:
    """A connected part of 12 nodes, one of 5, a lone node, in mixed order."""
    big, small = random_graph(12, 0.5, alone=False), random_graph(5, 0.9, alone=False, seed=1)
    whole = sparse.block_diag([big, small, sparse.csr_array((1, 1))]).toarray()
    order = np.random.default_rng(0).permutation(18)
    return sparse.csr_array(whole[np.ix_(order, order)])


@pytest.mark.parametrize("dense_nodes", [400, 10])
def test_they_are_eigenvectors_of_the_smallest_eigenvalues(random_graph, monkeypatch, dense_nodes):
    monkeypatch.setattr(module, "DENSE_NODES", dense_nodes)
    graph = random_graph(60, 0.2, alone=False)
    found = laplacian_positions(graph, 5)
    matrix = laplacian(graph)
    np.testing.assert_allclose(found.values, np.linalg.eigvalsh(matrix)[1:6], atol=1e-9)
    np.testing.assert_allclose(matrix @ found.vectors, found.vectors * found.values, atol=1e-6)
    np.testing.assert_allclose(found.vectors.T @ found.vectors, np.eye(5), atol=1e-6)
    largest = np.abs(found.vectors).argmax(axis=0)
    assert (found.vectors[largest, np.arange(5)] > 0).all()
    assert found.n_components == 1
    np.testing.assert_array_equal(found.vectors, laplacian_positions(graph, 5).vectors)


def test_a_graph_in_parts_warns_and_has_no_zero_eigenvalue(random_graph):
    graph = two_parts(random_graph)
    with pytest.warns(InputWarning, match="3 components"):
        found = laplacian_positions(graph, 20)
    assert found.n_components == 3
    expected = np.linalg.eigvalsh(laplacian(graph))[3:]
    np.testing.assert_allclose(found.values[:15], expected, atol=1e-9)
    assert found.values[0] > 1e-3
    assert not found.values[15:].any() and not found.vectors[:, 15:].any()
    for column in found.vectors[:, :15].T:
        assert len(np.unique(found.component[np.abs(column) > 1e-7])) == 1


def test_each_part_can_have_its_own(random_graph):
    graph = two_parts(random_graph)
    found = laplacian_positions(graph, 3, per_component=True)
    assert found.values.shape == (3, 3)
    for part in range(3):
        members = np.flatnonzero(found.component == part)
        alone = sparse.csr_array(graph.toarray()[np.ix_(members, members)])
        own = laplacian_positions(alone, 3)
        np.testing.assert_allclose(found.vectors[members], own.vectors, atol=1e-6)
        np.testing.assert_allclose(found.values[part], own.values, atol=1e-9)


def test_more_columns_than_there_are(random_graph):
    graph = random_graph(6, 0.9, alone=False)
    found = laplacian_positions(graph, 9)
    assert found.vectors[:, 4].any() and not found.vectors[:, 5:].any()
    with pytest.raises(InputError, match="have 5"):
        laplacian_positions(graph, 6, pad=False)
    assert laplacian_positions(graph, 5, pad=False).vectors.shape == (6, 5)
    assert not laplacian_positions(sparse.csr_array((1, 1)), 2).vectors.any()


def test_bad_input_is_refused(random_graph):
    with pytest.raises(InputError, match="undirected"):
        laplacian_positions(random_graph(directed=True), 2)
    with pytest.raises(InputError, match="k"):
        laplacian_positions(random_graph(), 0)
