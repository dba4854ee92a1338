"""Where nodes are drawn."""

import numpy as np
from fourfold.domains.graphs.sensor_graph.policies import settle_graph
from fourfold.pipelines.traffic.map_layout import lay_out


def test_degrees_become_distances_and_north_is_up() -> None:
    places = np.array([[60.0, 10.0], [60.0, 12.0], [61.0, 10.0]])
    graph = settle_graph(3, [[0], [1]], coordinates=places)
    drawn = lay_out(graph).places
    assert drawn[2, 1] > drawn[0, 1]
    # Two degrees of longitude are about one of latitude there.
    assert np.isclose(drawn[1, 0] - drawn[0, 0], 1.0, atol=0.05)


def test_without_coordinates_every_node_has_a_place_of_its_own() -> None:
    """A ring, a pair and two nodes without edges: parts side by side, neighbours nearer than others."""
    ring = [[0, 1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 0, 7]]
    graph = settle_graph(10, ring)
    drawn = lay_out(graph).places
    assert np.isfinite(drawn).all()
    apart = np.linalg.norm(drawn[:, None] - drawn, axis=2) + 10 * np.eye(10)
    assert apart.min() > 0.1
    assert apart[0, 1] < apart[0, 3]
    assert np.array_equal(drawn, lay_out(graph).places)
