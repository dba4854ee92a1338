"""The part of a large graph that is drawn holds a wrong answer, and few enough nodes to be seen."""

import numpy as np
from fourfold.domains.graphs.sensor_graph.policies import settle_graph
from fourfold.pipelines.citations.neighbourhood import MOST_DRAWN, telling_part


def chain(nodes: int, hub: int = 0) -> np.ndarray:
    """A path through all nodes, and edges from the first to `hub` further ones."""
    path = np.stack([np.arange(nodes - 1), np.arange(1, nodes)])
    star = np.stack([np.zeros(hub, np.int64), np.arange(2, 2 + hub)])
    return np.concatenate([path, star], axis=1)


def test_what_is_drawn_lies_within_two_edges_of_a_wrong_answer() -> None:
    graph = settle_graph(300, chain(300), directed=False)
    right = np.ones(300, bool)
    right[[40, 200]] = False
    judged = np.array([38, 40, 200, 201, 202])
    np.testing.assert_array_equal(telling_part(graph, judged, right), np.arange(198, 203))
    right[:] = True
    assert 201 in telling_part(graph, judged, right), "without a wrong answer, around a right one"


def test_a_crowd_is_cut_off() -> None:
    graph = settle_graph(400, chain(400, hub=390), directed=False)
    right = np.arange(400) != 300
    found = telling_part(graph, np.array([300]), right)
    assert len(found) == MOST_DRAWN and 300 in found and (np.diff(found) > 0).all()
