"""Small graphs with every kind of awkward node, and batches on them."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.models.batch import Edges, GraphBatch
from torch import Tensor


def dense(edges: Edges) -> np.ndarray:
    """A in float64, A[i, j] the weight from i to j; equal edges are summed."""
    matrix = np.zeros((edges.n_nodes, edges.n_nodes))
    np.add.at(matrix, (edges.index[0].numpy(), edges.index[1].numpy()), edges.weight.double().numpy())
    return matrix


def row_shares(matrix: np.ndarray) -> np.ndarray:
    """Rows divided by their sums, rows of zeros left."""
    total = matrix.sum(1, keepdims=True)
    return np.divide(matrix, total, out=np.zeros_like(matrix), where=total > 0)


@pytest.fixture
def awkward() -> Edges:
    """No in-edge: 0; no out-edge: 3; only a self loop: 5; in-weight zero: 6; none at all: 4 and the last."""
    index = torch.tensor([[0, 0, 1, 2, 1, 2, 5, 2, 1], [1, 2, 2, 1, 3, 3, 5, 6, 2]])
    weight = torch.tensor([0.5, 2.0, 1.0, 0.25, 0.3, 0.7, 1.0, 0.0, 0.5])
    return Edges(index, weight, 8)


@pytest.fixture
def reference() -> Callable[[Edges], tuple[np.ndarray, np.ndarray]]:
    """Dense D_I^-1 A^T and D_O^-1 A of a graph, float64."""
    return lambda edges: (row_shares(dense(edges).T), row_shares(dense(edges)))


@pytest.fixture
def adjacency() -> Callable[[Edges], np.ndarray]:
    """Dense A of a graph, float64."""
    return dense


def random_batch(
    edges: Edges | None = None,
    *,
    seed: int = 0,
    windows: int = 3,
    lookback: int = 6,
    horizon: int = 4,
    channels: int = 2,
    past: int = 0,
    future: int = 0,
    static: int = 0,
    dtype: torch.dtype = torch.float32,
) -> GraphBatch:
    """Random windows on a graph, a fifth of them unobserved."""
    draw = torch.Generator().manual_seed(seed)
    if edges is None:
        edges = Edges(torch.randint(5, (2, 9), generator=draw), torch.rand(9, generator=draw) + 0.1, 6)
    nodes, steps = edges.n_nodes, lookback + horizon

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw).to(dtype)

    whole = (windows, nodes, lookback, channels)
    slot = torch.randint(24, (windows, 1), generator=draw) + torch.arange(steps)
    return GraphBatch(
        x_BNLC=normal(*whole),
        observed_BNLC=torch.rand(whole, generator=draw) > 0.2,
        time_of_day_BT=(slot % 24 / 24).to(dtype),
        weekday_BT=torch.randint(7, (windows, 1), generator=draw) + torch.zeros(steps, dtype=torch.int64),
        edges=edges,
        node_N=torch.arange(nodes),
        past_BNLU=normal(windows, nodes, lookback, past) if past else None,
        future_BNTU=normal(windows, nodes, steps, future) if future else None,
        static_NU=normal(nodes, static) if static else None,
        horizon=horizon,
    )


@pytest.fixture
def make_batch() -> Callable[..., GraphBatch]:
    """`random_batch`."""
    return random_batch
