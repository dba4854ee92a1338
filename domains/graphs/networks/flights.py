"""Hourly departures from New York in 2013, on the graph of its airports and their destinations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ....shared.panels.frame_columns import column_of
from ..sensor_graph.edge_list import from_edges
from ..sensor_graph.sensor_graph import SensorGraph
from ..signals.reading import read_signals
from ..signals.signals import Signals

LEAST_FLIGHTS = 1000
"""Destinations with fewer flights in the year are left out: most of their hours are empty."""
TRAINING_SHARE = 0.7


def nyc_flights(paths: Sequence[Path]) -> tuple[Signals, SensorGraph]:
    """Departures in each hour of 2013: of a New York airport all, of a destination those bound for it.

    A flight counts at its scheduled hour if it left at all. Nodes are EWR, JFK and LGA and the destinations
    with at least 1,000 flights and a place in the table of airports (which lacks San Juan). A link joins an
    origin and a destination, both ways, with the flights an hour between them in the first 70 % of the year.

    Args:
        paths: flights (csv in zip) and airports (csv).
    """
    flights, airports = _read_flights(paths[0]), pd.read_csv(paths[1]).set_index("faa")
    hours = pd.date_range("2013-01-01 05:00", "2014-01-01 04:00", freq="h", tz="UTC")
    counts = column_of(flights, "dest").value_counts()
    often = [str(name) for name, count in counts.items() if count >= LEAST_FLIGHTS]
    bound = sorted(name for name in often if name in airports.index)
    nodes = [*sorted(column_of(flights, "origin").unique()), *bound]
    left = flights.loc[column_of(flights, "dep_time").notna()]
    tables = [left.groupby(["time_hour", end]).size().unstack(fill_value=0) for end in ("origin", "dest")]
    frame = pd.concat(tables, axis=1).reindex(index=hours, columns=nodes).fillna(0)
    frame.index = hours.tz_convert("America/New_York")
    training = int(TRAINING_SHARE * len(hours))
    known = (column_of(left, "time_hour") < hours[training]) & column_of(left, "dest").isin(bound)
    early = left.loc[known]
    routes = early.groupby(["origin", "dest"]).size()
    ends = [routes.index.get_level_values(level).to_numpy() for level in ("origin", "dest")]
    weight = routes.to_numpy() / training
    graph = from_edges(
        pd.DataFrame({"from": ends[0], "to": ends[1], "weight": weight}),
        nodes,
        directed=False,
        coordinates=airports.loc[nodes, ["lat", "lon"]].to_numpy(dtype=np.float64),
    )
    return read_signals(frame, graph, channel_names=["departures"]), graph


def _read_flights(path: Path) -> pd.DataFrame:
    columns = ["origin", "dest", "dep_time", "time_hour"]
    frame = pd.read_csv(path, usecols=columns)
    return frame.assign(time_hour=pd.to_datetime(frame["time_hour"], utc=True))
