"""Nearness on the globe and in the plane against dense references."""

import hypothesis.strategies as st
import numpy as np
import pytest
from fourfold.domains.graphs.sensor_graph import from_coordinates
from fourfold.domains.graphs.sensor_graph.place_distances import EARTH_RADIUS, distance_between
from fourfold.shared.errors import InputError
from hypothesis import given
from hypothesis.extra.numpy import arrays

globe = arrays(float, st.tuples(st.integers(3, 9), st.just(2)), elements=st.floats(-80, 80), unique=True)


def great_circle(places):
    """All distances by the angle between unit vectors, another formula than the haversine."""
    north, east = np.radians(places).T
    vectors = np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], 1)
    cross = np.linalg.norm(np.cross(vectors[:, None], vectors[None]), axis=-1)
    return EARTH_RADIUS * np.arctan2(cross, vectors @ vectors.T)


@given(globe)
def test_haversine(places):
    reference = great_circle(places)
    found = [[distance_between(places, i, j, True) for j in range(len(places))] for i in range(len(places))]
    np.testing.assert_allclose(found, reference, rtol=1e-7, atol=1e-4)


@given(globe, st.booleans())
def test_kernel_equals_the_dense_one(places, geographic):
    far = great_circle(places) if geographic else np.linalg.norm(places[:, None] - places[None], axis=-1)
    if far.std() < 1e-3:
        return
    reference = np.exp(-((far / far.std()) ** 2))
    clear = np.abs(reference - 0.1) > 1e-6
    reference[reference < 0.1] = 0
    np.fill_diagonal(reference, 0)
    graph = from_coordinates(places, geographic=geographic)
    np.testing.assert_allclose(graph.adjacency().toarray()[clear], reference[clear], atol=1e-5)


def test_nearest():
    places = np.array([[0.0, 0], [1, 0], [3, 0], [7, 0]])
    graph = from_coordinates(places, ["a", "b", "c", "d"], geographic=False, k=1, sigma=1000.0)
    assert graph.edge_index.T.tolist() == [[0, 1], [1, 0], [1, 2], [2, 3]]
    assert graph.in_degrees(weighted=False).tolist() == [1, 1, 1, 1]
    assert from_coordinates(places, geographic=False, k=3).n_edges == 12
    assert not graph.geographic


def test_known_distance():
    places = np.array([[40.6413, -73.7781], [33.9416, -118.4085]])  # JFK, LAX
    assert distance_between(places, 0, 1, True) == pytest.approx(3974, abs=3)


def test_bad_places():
    with pytest.raises(InputError, match="k: 3 neighbours of 3 nodes; expected 1 to 2"):
        from_coordinates(np.eye(3)[:, :2], k=3)
    with pytest.raises(InputError, match="no spread"):
        from_coordinates(np.zeros((3, 2)))
    with pytest.raises(InputError, match="coordinates at node 1: 1 is NaN or infinite"):
        from_coordinates(np.array([[0.0, 0], [np.nan, 0]]))
