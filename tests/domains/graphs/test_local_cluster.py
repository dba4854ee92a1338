"""Local clusters: noisy labels help, and only the neighbourhood is looked at."""

import numpy as np
import pytest
from fourfold.domains.graphs.kernels.compressed_rows import compress_rows
from fourfold.domains.graphs.local_cluster import local_cluster
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from fourfold.shared.errors import InputError
from scipy import sparse


def planted(rng: np.random.Generator, inside: float, across: float) -> sparse.csr_array:
    """Ten groups of 100 nodes; node // 100 is the group."""
    group = np.repeat(np.arange(10), 100)
    chance = np.where(group[:, None] == group, inside, across)
    upper = np.triu(rng.random(chance.shape) < chance, 1)
    return sparse.csr_array((upper | upper.T).astype(float))


def f1(found: np.ndarray, truth: np.ndarray) -> float:
    return 2 * len(np.intersect1d(found, truth)) / (len(found) + len(truth))


@pytest.mark.parametrize("missed, mistaken", [(0.3, 0.15), (0.4, 0.2)])
def test_labels_and_graph_together_beat_either_alone(missed, mistaken):
    """The acceptance test of "Local graph clustering with noisy labels", means over ten graphs."""
    scores = []
    for trial in range(10):
        rng = np.random.default_rng(trial)
        graph, truth = planted(rng, 0.06, 0.01), np.arange(100)
        labels = (np.arange(1000) < 100).astype(int)
        wrong = rng.random(1000) < np.where(labels, missed, mistaken)
        labels = np.where(wrong, 1 - labels, labels)
        seed = int(rng.integers(100))
        labels[seed] = 1
        rows = compress_rows(graph)
        together = local_cluster(rows, seed, labels, size=100)
        alone = local_cluster(rows, seed, size=100)
        for found in (together, alone):
            passed = found.touched[found.potential > 0]
            assert rows.degrees[passed].sum() <= found.mass * (1 + 1e-9)
            assert len(found.touched) <= found.mass + 1
            assert np.isin(found.nodes, passed).all() and seed in found.nodes
        scores.append((f1(together.nodes, truth), f1(alone.nodes, truth), f1(np.flatnonzero(labels), truth)))
    both, graph_only, labels_only = np.mean(scores, axis=0)
    assert both >= graph_only and both >= labels_only


def test_a_clear_cluster_is_found_whole():
    graph = planted(np.random.default_rng(0), 0.3, 0.002)
    found = local_cluster(graph, [3, 50], size=100)
    assert f1(found.nodes, np.arange(100)) > 0.98
    assert found.conductance < 0.1


def test_seeds_by_name_and_mass_by_hand():
    index = np.array([[0, 1, 1, 2, 2, 0, 2, 3], [1, 0, 2, 1, 0, 2, 3, 2]])
    graph = SensorGraph(("a", "b", "c", "d"), index, np.ones(8, dtype=np.float32))
    found = local_cluster(graph, "a", mass=3.0)
    np.testing.assert_array_equal(found.nodes, local_cluster(graph, 0, mass=3.0).nodes)
    assert found.mass == 3.0
    with pytest.raises(InputError, match="'e' is no node"):
        local_cluster(graph, ["a", "e"])
    with pytest.raises(InputError, match="size"):
        local_cluster(graph, 0, size=0)


def test_a_directed_graph_and_a_lone_seed_are_refused():
    with pytest.raises(InputError, match="undirected"):
        local_cluster(sparse.csr_array(np.array([[0, 1.0], [0, 0]])), 0)
    lone = np.zeros((4, 4))
    lone[0, 1] = lone[1, 0] = 1
    with pytest.raises(InputError, match="mass"):
        local_cluster(sparse.csr_array(lone), 3)
