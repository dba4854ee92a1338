"""Flags that say how a table and a graph are to be read, the same for every command that reads them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from .whole_number import WHOLE


@Parameter(name="*")
@dataclass(frozen=True)
class TableOptions:
    """How a table is to be read.

    Parameters
    ----------
    id_col
        Column of series names.
    time_col
        Column of times.
    target_col
        Column to forecast.
    freq
        Step of the data, such as h, 15min, D, MS; read from the times when not given.
    period
        Steps in the main season; by the step when not given.
    timezone
        Zone in which times without zone are meant.
    missing
        What to do about gaps; raise when not given, for networks on a graph mask, as they read gaps.
    dedupe
        Which row counts when a series has two at one time.
    """

    id_col: str = "unique_id"
    time_col: str = "ds"
    target_col: str = "y"
    freq: str | None = None
    period: Annotated[int | None, WHOLE] = None
    timezone: str | None = None
    missing: Literal["raise", "mask", "interpolate", "seasonal"] | None = None
    dedupe: Literal["first", "last", "mean"] | None = None

    def reading(self) -> dict[str, Any]:
        """Arguments of `read_panel`."""
        return {**asdict(self), "missing": self.missing or "raise"}

    def given(self) -> dict[str, Any]:
        """Those arguments that differ from what holds when no flag is given."""
        usual = asdict(AS_GIVEN)
        return {name: value for name, value in asdict(self).items() if value != usual[name]}


AS_GIVEN = TableOptions()
"""What holds when no flag is given."""


@Parameter(name="*")
@dataclass(frozen=True)
class GraphOptions:
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

    graph: Path | None = None
    undirected: Annotated[bool, Parameter(negative="")] = False
    signed: Annotated[bool, Parameter(negative="")] = False
    zero_is_missing: Annotated[bool, Parameter(negative="")] = False
    size: Literal["small", "paper"] = "small"
    lookback: Annotated[int, WHOLE] = 12
    scaling: Literal["global", "node"] = "global"
    profile: Annotated[bool, Parameter(negative="")] = False
    epochs: float = 30.0


NO_GRAPH = GraphOptions()
"""What holds when no flag is given."""
