"""SensorGraph: who is connected to whom, and how strongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ....shared.errors import InputError
from .checks import checked_coordinates, checked_index, checked_names, checked_weight, listed, node_name

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True)
class SensorGraph:
    """A directed weighted graph on N named nodes. An edge carries messages from its sender to its receiver.

    N is always explicit: isolated nodes, also the last one, belong to the graph. What is passed is checked
    and copied; the builders of this package (`from_edges`, `from_adjacency`, ...) also settle loops and
    duplicates.

    Raises:
        InputError: edges, weights or coordinates that do not fit the nodes.
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
    signed: bool = False
    """Whether weights may be negative; degrees count their absolute values."""

    def __post_init__(self) -> None:
        names = checked_names(self.nodes)
        index = checked_index(self.edge_index, len(names))
        object.__setattr__(self, "nodes", names)
        object.__setattr__(self, "edge_index", index.copy())
        weight = checked_weight(self.edge_weight, index.shape[1], signed=self.signed)
        object.__setattr__(self, "edge_weight", weight.copy())
        if self.coordinates is not None:
            places = checked_coordinates(self.coordinates, len(names), geographic=self.geographic)
            object.__setattr__(self, "coordinates", places.copy())

    @property
    def n_nodes(self) -> int:
        """N."""
        return len(self.nodes)

    @property
    def n_edges(self) -> int:
        """E."""
        return self.edge_index.shape[1]

    def adjacency(self) -> sparse.csr_array:
        """A, float32 [N, N]: A[i, j] is the weight of the edge from i to j; parallel edges add up."""
        from scipy import sparse

        shape = (self.n_nodes, self.n_nodes)
        return sparse.csr_array((self.edge_weight, (self.edge_index[0], self.edge_index[1])), shape=shape)

    def out_degrees(self, *, weighted: bool = True) -> np.ndarray:
        """float64 [N], sum of the (absolute) weights of the edges that leave each node, or their number."""
        return self._degrees(0, weighted)

    def in_degrees(self, *, weighted: bool = True) -> np.ndarray:
        """float64 [N], sum of the (absolute) weights of the edges that enter each node, or their number."""
        return self._degrees(1, weighted)

    def _degrees(self, end: int, weighted: bool) -> np.ndarray:
        weights = np.abs(self.edge_weight) if weighted else None
        return np.bincount(self.edge_index[end], weights, minlength=self.n_nodes).astype(np.float64)

    def positions(self, nodes: Sequence[object]) -> np.ndarray:
        """int64 [K], number of each named node; a name is read as in `nodes`: 773869.0 is 773869.

        Raises:
            InputError: a name that no node has.
        """
        number = {name: position for position, name in enumerate(self.nodes)}
        names = [node_name(name) for name in nodes]
        unknown = [name for name in names if name not in number]
        if unknown:
            raise InputError("nodes", f"the graph has no node {listed(unknown)}")
        return np.array([number[name] for name in names], dtype=np.int64)

    def select(self, nodes: Sequence[str] | np.ndarray) -> SensorGraph:
        """The graph on some nodes, by name or number, in that order, with the edges among them.

        Raises:
            InputError: a name or number that no node has.
        """
        chosen = np.asarray(nodes)
        if chosen.dtype.kind not in "iu":
            chosen = self.positions(list(nodes))
        elif chosen.size and not (0 <= chosen.min() <= chosen.max() < self.n_nodes):
            raise InputError("nodes", "a number is out of range", expected=f"0 to {self.n_nodes - 1}")
        renumbered = np.full(self.n_nodes, -1, np.int64)
        renumbered[chosen] = np.arange(len(chosen))
        index = renumbered[self.edge_index]
        kept = (index >= 0).all(0)
        return replace(
            self,
            nodes=tuple(self.nodes[node] for node in chosen),
            edge_index=index[:, kept],
            edge_weight=self.edge_weight[kept],
            coordinates=None if self.coordinates is None else self.coordinates[chosen],
        )

    def with_coordinates(self, coordinates: np.ndarray, *, geographic: bool = True) -> SensorGraph:
        """The same graph with its nodes placed, float64 [N, 2]."""
        return replace(self, coordinates=coordinates, geographic=geographic)
