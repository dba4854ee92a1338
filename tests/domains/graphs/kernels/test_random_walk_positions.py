"""Return probabilities equal the diagonals of dense powers."""

import numpy as np
import pytest
from fourfold.domains.graphs.kernels.random_walk_positions import random_walk_positions
from fourfold.shared.errors import InputError
from scipy import sparse


def diagonals(matrix: np.ndarray, steps: int) -> np.ndarray:
    power, found = np.eye(len(matrix)), []
    for _ in range(steps):
        power = power @ matrix
        found.append(np.diag(power))
    return np.stack(found, axis=1)


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 7, 20])
def test_they_equal_dense_powers(random_graph, walk, directed, steps):
    graph = random_graph(41, directed=directed)
    found = random_walk_positions(graph, steps)
    assert found.dtype == np.float32 and found.shape == (41, steps)
    np.testing.assert_allclose(found, diagonals(walk(graph), steps), atol=1e-7)
    assert not found[-1].any()


def test_self_loops_count(walk):
    graph = sparse.csr_array(np.array([[1.0, 3.0], [3.0, 0.0]]))
    np.testing.assert_allclose(random_walk_positions(graph, 5), diagonals(walk(graph), 5), atol=1e-7)


def test_they_follow_the_order_of_the_nodes(random_graph):
    graph, order = random_graph(), np.random.default_rng(0).permutation(40)
    turned = sparse.csr_array(graph.toarray()[np.ix_(order, order)])
    np.testing.assert_allclose(
        random_walk_positions(turned, 8), random_walk_positions(graph, 8)[order], atol=1e-6
    )


@pytest.mark.parametrize("directed", [False, True])
def test_the_estimate_is_close_reproducible_and_exact_in_its_first_two_steps(random_graph, walk, directed):
    graph = random_graph(60, directed=directed)
    true = diagonals(walk(graph), 10)
    found = random_walk_positions(graph, 10, exact=False, probes=4096, seed=1)
    np.testing.assert_array_equal(found, random_walk_positions(graph, 10, exact=False, probes=4096, seed=1))
    np.testing.assert_allclose(found[:, :2], true[:, :2], atol=1e-7)
    assert np.sqrt(((found - true)[:, 2:] ** 2).mean()) < 0.01
    if not directed:
        share = graph.sum(axis=1) / graph.sum()
        assert np.abs(found[:, -1] - true[:, -1]).max() < 0.05 * np.abs(true[:, -1] - share).max()


def test_bad_settings_are_refused(random_graph):
    for wrong in ({"steps": 0}, {"probes": 0}):
        with pytest.raises(InputError):
            random_walk_positions(random_graph(), **wrong)
