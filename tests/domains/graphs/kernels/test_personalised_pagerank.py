"""Pushes stay within their bound of the dense inverse."""

import numpy as np
import pytest
from fourfold.domains.graphs.kernels.personalised_pagerank import personalised_pagerank
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse


def exact(walk_matrix: np.ndarray, alpha: float) -> np.ndarray:
    n_nodes = len(walk_matrix)
    return alpha * np.linalg.inv(np.eye(n_nodes) - (1 - alpha) * walk_matrix)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    alpha=st.sampled_from([0.05, 0.15, 0.5, 0.99]),
    eps=st.sampled_from([1e-2, 1e-4, 1e-7]),
    directed=st.booleans(),
    weighted=st.booleans(),
)
def test_within_the_bound_of_the_dense_inverse(seed, alpha, eps, directed, weighted):
    rng = np.random.default_rng(seed)
    dense = (rng.random((30, 30)) < 0.12) * (rng.uniform(0.2, 3, (30, 30)) if weighted else 1.0)
    dense = dense if directed else np.maximum(dense, dense.T)
    degree = dense.sum(axis=1)
    shares = np.divide(dense, degree[:, None], out=np.zeros_like(dense), where=degree[:, None] > 0)
    found = personalised_pagerank(sparse.csr_array(dense), alpha=alpha, eps=eps).toarray()
    short = exact(shares, alpha) - found
    unit = dense.sum() / np.count_nonzero(dense)
    bound = eps * np.where(degree > 0, degree / unit, 1.0)
    assert short.min() > -1e-12
    if directed:
        assert (short.sum(axis=1) <= bound.sum() + 1e-12).all()
    else:
        assert (short <= bound + 1e-12).all()


@pytest.mark.parametrize("rule", ["stop", "stay", "restart"])
def test_nodes_without_edges_follow_the_rule(random_graph, walk, rule):
    graph, alpha = random_graph(30, 0.06, directed=True, seed=3), 0.2
    shares = walk(graph)
    dead = shares.sum(axis=1) == 0
    assert dead.sum() > 2
    for node in (0, 5, 29):
        changed = shares.copy()
        if rule == "stay":
            changed[dead, dead] = 0
            changed[np.flatnonzero(dead), np.flatnonzero(dead)] = 1
        elif rule == "restart":
            changed[dead, node] = 1
        found = personalised_pagerank(graph, [node], alpha=alpha, eps=1e-10, dangling=rule).toarray()[0]
        np.testing.assert_allclose(found, exact(changed, alpha)[node], atol=1e-7)
        if rule != "stop":
            assert found.sum() == pytest.approx(1, abs=1e-6)


def test_scaling_all_weights_changes_nothing(random_graph):
    graph = random_graph(seed=1)
    once, much = personalised_pagerank(graph), personalised_pagerank(graph * 1024)
    np.testing.assert_allclose(once.toarray(), much.toarray(), rtol=1e-12)


def test_chosen_nodes_top_entries_and_threads_are_parts_of_the_whole(random_graph):
    graph = random_graph(60, seed=2)
    whole = personalised_pagerank(graph).toarray()
    np.testing.assert_array_equal(personalised_pagerank(graph, [7, 3, 7]).toarray(), whole[[7, 3, 7]])
    np.testing.assert_array_equal(personalised_pagerank(graph, workers=3).toarray(), whole)
    few = personalised_pagerank(graph, top_k=4)
    for row, full in zip(few.toarray(), whole, strict=True):
        kept = np.argsort(-full, kind="stable")[:4]
        kept = kept[full[kept] > 0]
        assert sorted(np.flatnonzero(row)) == sorted(kept)
        np.testing.assert_array_equal(row[kept], full[kept])


def test_of_equal_entries_the_first_nodes_are_kept():
    star = np.zeros((6, 6))
    star[0, 1:] = star[1:, 0] = 1
    found = personalised_pagerank(sparse.csr_array(star), [0], top_k=3)
    assert sorted(found.indices) == [0, 1, 2]


def test_a_lone_node_and_an_empty_graph(random_graph):
    alone = personalised_pagerank(random_graph(), [39], alpha=0.3).toarray()[0]
    assert alone[39] == pytest.approx(0.3) and np.count_nonzero(alone) == 1
    empty = sparse.csr_array((3, 3))
    np.testing.assert_allclose(personalised_pagerank(empty, dangling="stay").toarray(), np.eye(3))
    assert personalised_pagerank(sparse.csr_array((1, 1)), alpha=1.0).toarray().tolist() == [[1.0]]


@pytest.mark.parametrize(
    "wrong",
    [{"alpha": 0}, {"alpha": 1.5}, {"eps": 0}, {"top_k": 0}, {"dangling": "jump"}, {"nodes": [99]}],
)
def test_bad_settings_are_refused(random_graph, wrong):
    with pytest.raises(InputError) as caught:
        personalised_pagerank(random_graph(), **wrong)
    assert caught.value.field == next(iter(wrong))
