"""Signals: what the nodes of a graph measure, on one time axis."""

from __future__ import annotations

from dataclasses import dataclass

from ....shared.panels.panel import Panel


@dataclass(frozen=True)
class Signals:
    """T steps of C target channels at N nodes, with masks and covariates.

    The panel has N * C series, node by node: series n * C + c is channel c of node n. Its name is the
    node's where C is 1, "node:channel" otherwise. Covariates of the panel are given per node and stand at all
    C series of it.
    """

    panel: Panel
    nodes: tuple[str, ...]
    """Names of the N nodes."""
    channels: tuple[str, ...]
    """Names of the C channels that are forecast."""

    @property
    def n_nodes(self) -> int:
        """N."""
        return len(self.nodes)

    @property
    def n_channels(self) -> int:
        """C."""
        return len(self.channels)
