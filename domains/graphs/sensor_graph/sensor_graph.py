"""SensorGraph: who is connected to whom, and how strongly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class SensorGraph:
    """A directed weighted graph on N named nodes. An edge carries messages from its sender to its receiver.

    N is always explicit: isolated nodes, also the last one, belong to the graph.
    """

    nodes: tuple[str, ...]
    """Names of the N nodes; signals are matched to them by name."""
    edge_index: np.ndarray
    """int64 [2, E], sender and receiver of every edge (PyG's source to target; row and column of A)."""
    edge_weight: np.ndarray
    """float32 [E], finite."""
    coordinates: np.ndarray | None = None
    """float64 [N, 2], latitude and longitude in degrees, or x and y where `geographic` is False."""
    geographic: bool = True

    @property
    def n_nodes(self) -> int:
        """N."""
        return len(self.nodes)

    @property
    def n_edges(self) -> int:
        """E."""
        return self.edge_index.shape[1]

    def adjacency(self) -> sparse.csr_array:
        """A, float32 [N, N]: A[i, j] is the weight of the edge from i to j."""
        shape = (self.n_nodes, self.n_nodes)
        return sparse.csr_array((self.edge_weight, (self.edge_index[0], self.edge_index[1])), shape=shape)
