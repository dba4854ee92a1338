"""The Gaussian kernel of a list of distances is that of the dense matrix, and the published one."""

import hypothesis.strategies as st
import numpy as np
import pytest
from fourfold.domains.graphs.sensor_graph import DistanceGraph, from_distances, read_graph
from fourfold.shared.datasets import read_restricted_pickle
from fourfold.shared.errors import InputError
from hypothesis import given


def dense(index, distance, nodes, threshold=0.1):
    """DCRNN's matrix, float64: exp(-(d / std)^2) over finite distances, small weights set to 0."""
    matrix = np.full((nodes, nodes), np.inf)
    for sender, receiver, far in zip(*index, distance, strict=True):
        matrix[sender, receiver] = min(matrix[sender, receiver], far)
    finite = matrix[~np.isinf(matrix)]
    weight = np.exp(-np.square(matrix / finite.std()))
    weight[weight < threshold] = 0
    return weight


@st.composite
def distance_lists(draw):
    nodes = draw(st.integers(2, 8))
    pairs = draw(
        st.lists(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)), min_size=3, max_size=30)
    )
    far = draw(
        st.lists(st.floats(0, 1e4) | st.just(np.inf), min_size=len(pairs), max_size=len(pairs)).filter(
            lambda found: np.ptp([x for x in found if np.isfinite(x)] or [0]) > 1
        )
    )
    return nodes, np.array(pairs).T, np.array(far)


@given(distance_lists())
def test_equals_the_dense_matrix(case):
    nodes, index, far = case
    try:
        graph = from_distances(DistanceGraph(index, far, nodes), self_loops="keep")
    except InputError as error:  # the shortest of each pair may leave one distance
        assert error.field == "sigma"
        return
    reference = dense(index, far, nodes)
    off_edge = np.abs(reference - 0.1) > 1e-6
    np.testing.assert_allclose(graph.adjacency().toarray()[off_edge], reference[off_edge], atol=1e-6)


@given(distance_lists(), st.floats(0.01, 100))
def test_the_unit_of_distances_does_not_matter(case, scale):
    nodes, index, far = case
    try:
        graph = from_distances(DistanceGraph(index, far, nodes), threshold=0.0)
    except InputError:
        return
    other = from_distances(DistanceGraph(index, far * scale, nodes), threshold=0.0)
    np.testing.assert_allclose(graph.adjacency().toarray(), other.adjacency().toarray(), rtol=1e-4, atol=1e-6)


def test_pems_bay_is_the_published_matrix(benchmark_data):
    folder = benchmark_data / "spatiotemporal" / "dcrnn_graphs"
    if not (folder / "distances_bay_2017.csv").is_file():
        pytest.skip("distances_bay_2017.csv is not in $FOURFOLD_DATA")
    ids, _, published = read_restricted_pickle(folder / "adj_mx_bay.pkl", encoding="latin1")
    names = [name.decode() if isinstance(name, bytes) else name for name in ids]
    places = folder / "graph_sensor_locations_bay.csv"
    graph = read_graph(folder / "distances_bay_2017.csv", names, places, self_loops="keep")
    assert np.abs(graph.adjacency().toarray() - published).max() < 1e-6
    assert graph.n_edges == 2694
    assert graph.geographic
    assert graph.coordinates[0].tolist() == [37.364085, -121.901149]
    alone = read_graph(folder / "distances_bay_2017.csv", names)
    assert (alone.n_nodes, alone.n_edges) == (325, 2369)
    assert (alone.in_degrees() == 0).sum() == 17
    assert (alone.out_degrees() == 0).sum() == 12
    assert read_graph(folder / "adj_mx_bay.pkl").n_edges == 2369


def test_sigma_and_threshold():
    index, far = np.array([[0, 1, 2], [1, 2, 0]]), np.array([1.0, 2.0, 3.0])
    graph = from_distances(DistanceGraph(index, far, 3), sigma=2.0, threshold=0.2)
    np.testing.assert_allclose(graph.edge_weight, np.exp([-0.25, -1.0]), rtol=1e-6)
    assert from_distances(DistanceGraph(index, far, 3), sigma=2.0, directed=False).n_edges == 6
    with pytest.raises(InputError, match="all distances are equal"):
        from_distances(DistanceGraph(index, np.ones(3), 3))
    with pytest.raises(InputError, match="sigma: -1 is not a scale"):
        from_distances(DistanceGraph(index, far, 3), sigma=-1)
    with pytest.raises(InputError, match="threshold: 2 is out of range"):
        from_distances(DistanceGraph(index, far, 3), threshold=2)
    with pytest.raises(InputError, match=r"distance at edge 1, 1 to 2, -2: 1 is NaN or negative"):
        from_distances(DistanceGraph(index, np.array([1.0, -2.0, 3.0]), 3))
    with pytest.raises(InputError, match="there are 2 for 3 pairs"):
        from_distances(DistanceGraph(index, far[:2], 3))


def test_no_square_array_is_made():
    nodes = 100_000
    index = np.array([[0, nodes - 1], [nodes - 1, 5]])
    graph = from_distances(DistanceGraph(index, np.array([1.0, 2.0]), nodes), sigma=2.0)
    assert (graph.n_nodes, graph.n_edges) == (nodes, 2)
