"""Flags that give the graph of a network of sensors, and say which network is fitted on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from .whole_number import WHOLE


@Parameter(name="*")
@dataclass(frozen=True)
class GraphFile:
    """The graph of a network of sensors.

    Parameters
    ----------
    graph
        Edges (csv: from,to,weight) or an adjacency (csv, npy, npz, DCRNN's pkl), for networks on a graph.
    undirected
        Edges go both ways.
    signed
        Negative weights of edges are meant; without it they are refused.
    zero_is_missing
        A 0 means that nothing was measured, as in the files of traffic detectors.
    """

    graph: Path | None = None
    undirected: Annotated[bool, Parameter(negative="")] = False
    signed: Annotated[bool, Parameter(negative="")] = False
    zero_is_missing: Annotated[bool, Parameter(negative="")] = False


@Parameter(name="*")
@dataclass(frozen=True)
class GraphOptions(GraphFile):
    """The graph of a network of sensors, and the network that is fitted on it.

    Parameters
    ----------
    graph
        Edges (csv: from,to,weight) or an adjacency (csv, npy, npz, DCRNN's pkl), for networks on a graph.
    undirected
        Edges go both ways.
    signed
        Negative weights of edges are meant; without it they are refused.
    zero_is_missing
        A 0 means that nothing was measured, as in the files of traffic detectors.
    size
        Sizes of a network that is fitted: small for a few CPU cores, or those of its paper.
    lookback
        Steps of context that a network reads.
    scaling
        Mean and deviation of all nodes together, or of each node: node where their levels differ much.
    profile
        A network forecasts deviations from each node's mean at the time of day.
    epochs
        Times a network sees the training rows.
    """

    size: Literal["small", "paper"] = "small"
    lookback: Annotated[int, WHOLE] = 12
    scaling: Literal["global", "node"] = "global"
    profile: Annotated[bool, Parameter(negative="")] = False
    epochs: float = 30.0


NO_GRAPH = GraphOptions()
"""What holds when no flag is given."""
NO_FILE = GraphFile()
"""What holds when no flag of a graph is given."""
