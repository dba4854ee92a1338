"""Random graphs of every awkward kind, for all kernels."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import sparse

Graphs = Callable[..., sparse.csr_array]


@pytest.fixture
def random_graph() -> Graphs:
    """Weighted graphs; the last node is alone, and some nodes of a directed one have no edges out of them."""

    def draw(
        n_nodes: int = 40,
        density: float = 0.1,
        *,
        directed: bool = False,
        weighted: bool = True,
        alone: bool = True,
        seed: int = 0,
    ) -> sparse.csr_array:
        rng = np.random.default_rng(seed)
        dense = (rng.random((n_nodes, n_nodes)) < density) * (rng.uniform(0.2, 2, (n_nodes, n_nodes)))
        np.fill_diagonal(dense, 0)
        if not weighted:
            dense = (dense > 0).astype(float)
        if not directed:
            dense = np.maximum(dense, dense.T)
        if alone:
            dense[-1] = dense[:, -1] = 0
        return sparse.csr_array(dense)

    return draw


@pytest.fixture
def walk() -> Callable[[sparse.csr_array], np.ndarray]:
    """P = D^-1 A, float64 and dense; rows of nodes without edges are 0."""

    def matrix(graph: sparse.csr_array) -> np.ndarray:
        dense = graph.toarray()
        total = dense.sum(axis=1, keepdims=True)
        return np.divide(dense, total, out=np.zeros_like(dense), where=total > 0)

    return matrix
