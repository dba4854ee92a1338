"""How a table and a graph that are sent along are to be read: fields that forecasts and jobs share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...shared.panels.read_options import DedupePolicy, MissingPolicy
from ..generation_settings import Count

MOST_NAMES = 1_000
LONGEST_PERIOD = 1_000_000
"""Steps."""
Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[tuple[Name, ...], Field(max_length=MOST_NAMES)]


class ReadingFields(BaseModel):
    """Columns, gaps and edges, and the network that is fitted on them; words of the shell's flags."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id_col: Name = "unique_id"
    """Column of series names; a table without it is one series, or has a column a series."""
    time_col: Name = "ds"
    """Column of times."""
    target_col: Name = "y"
    """Column to forecast."""
    timezone: Annotated[str, Field(max_length=80)] | None = None
    """Zone in which times without zone are meant."""
    missing: MissingPolicy | None = None
    """What to do about gaps; raise when not given, for networks on a graph mask, as they read gaps."""
    dedupe: DedupePolicy | None = None
    """Which row counts when a series has two at one time."""
    past_cols: Names = ()
    """Columns of covariates known up to now."""
    static_cols: Names = ()
    """Columns of facts that do not change."""
    undirected: bool = False
    """Edges go both ways."""
    signed: bool = False
    """Negative weights of edges are meant; without it they are refused."""
    zero_is_missing: bool = False
    """A 0 means that nothing was measured, as in the files of traffic detectors."""
    size: Literal["small", "paper"] = "small"
    """Sizes of a network that is fitted on the data."""
    lookback: Annotated[Count, Field(le=10_000)] = 12
    """Steps of context that such a network reads."""
    scaling: Literal["global", "node"] = "global"
    """Mean and deviation of all nodes together, or of each node."""
    profile: bool = False
    """Such a network forecasts deviations from each node's mean at the time of day."""
