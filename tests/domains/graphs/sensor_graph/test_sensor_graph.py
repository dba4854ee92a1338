"""SensorGraph: names are found as they were made, and what was checked stays as it was checked."""

import numpy as np
import pytest
from fourfold.domains.graphs.sensor_graph import SensorGraph
from fourfold.shared.errors import InputError

INDEX = np.array([[0, 1, 2], [1, 2, 0]])


def test_nodes_are_found_by_the_names_that_were_given():
    given = (773869.0, b"x", "c")
    graph = SensorGraph(given, INDEX, np.ones(3, np.float32))  # pyright: ignore[reportArgumentType]
    assert graph.nodes == ("773869", "x", "c")
    for names in (given, graph.nodes, (np.float64(773869), "x", "c")):
        assert graph.positions(names).tolist() == [0, 1, 2]
    assert graph.select([773869.0]).nodes == graph.select(np.array([773869.0])).nodes == ("773869",)
    assert graph.select([b"x", 773869.0]).edge_index.tolist() == [[1], [0]]
    with pytest.raises(InputError, match=r"the graph has no node 773868, 773869\.5"):
        graph.positions([773868.0, 773869.5])


def test_arrays_written_to_later_do_not_change_the_graph():
    index, weight, places = INDEX.copy(), np.ones(3, np.float32), np.zeros((3, 2))
    graph = SensorGraph(("a", "b", "c"), index, weight, places)
    moved = graph.with_coordinates(places)
    index[:], weight[:], places[:] = 9, np.nan, np.nan
    for one in (graph, moved):
        np.testing.assert_array_equal(one.edge_index, INDEX)
        np.testing.assert_array_equal(one.edge_weight, 1)
        np.testing.assert_array_equal(one.coordinates, 0)
