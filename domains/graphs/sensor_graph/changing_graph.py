"""ChangingGraph: a sensor graph whose edges differ from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....shared.errors import InputError
from .policies import settle_graph
from .sensor_graph import SensorGraph


@dataclass(frozen=True)
class ChangingGraph:
    """One graph for each of T time steps, all on the same nodes.

    Raises:
        InputError: no graphs, or graphs on other nodes than the first.
    """

    graphs: tuple[SensorGraph, ...]
    """Row t of the signals goes with the t-th."""

    def __post_init__(self) -> None:
        if not self.graphs:
            raise InputError("graphs", "there are none", expected="one for each time step")
        for step, graph in enumerate(self.graphs):
            if graph.nodes != self.nodes:
                raise InputError(
                    "graphs",
                    "its nodes are not those of the first graph",
                    where=f"step {step}",
                    expected="the same names in the same order",
                    remedy="Pass graph.select(names) of each",
                )

    @property
    def nodes(self) -> tuple[str, ...]:
        """Names of the N nodes."""
        return self.graphs[0].nodes

    @property
    def n_nodes(self) -> int:
        """N."""
        return len(self.nodes)

    @property
    def n_steps(self) -> int:
        """T."""
        return len(self.graphs)

    @property
    def coordinates(self) -> np.ndarray | None:
        """float64 [N, 2] of the first step, where known."""
        return self.graphs[0].coordinates

    @property
    def geographic(self) -> bool:
        """Whether coordinates are latitude and longitude."""
        return self.graphs[0].geographic

    def at(self, row: int) -> SensorGraph:
        """The graph of a time step. Rows beyond the last step keep the last graph: the future is not known.

        Raises:
            InputError: a row before the first.
        """
        if row < 0:
            raise InputError("row", f"{row} lies before the first step", expected="0 and more")
        return self.graphs[min(row, self.n_steps - 1)]

    def select(self, nodes: Sequence[str] | np.ndarray) -> ChangingGraph:
        """The graphs on some nodes, by name or number."""
        return ChangingGraph(tuple(graph.select(nodes) for graph in self.graphs))

    def select_rows(self, rows: slice) -> ChangingGraph:
        """The graphs of some steps."""
        return ChangingGraph(self.graphs[rows])

    def mean(self) -> SensorGraph:
        """The static graph of mean weights over the steps; an absent edge counts 0."""
        first = self.graphs[0]
        index = np.concatenate([graph.edge_index for graph in self.graphs], axis=1)
        weight = np.concatenate([graph.edge_weight for graph in self.graphs])
        return settle_graph(
            self.nodes,
            index,
            weight / np.float32(self.n_steps),
            self_loops="keep",
            signed=first.signed,
            coordinates=first.coordinates,
            geographic=first.geographic,
        )
