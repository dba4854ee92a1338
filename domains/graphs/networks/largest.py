"""LargeST: a year of traffic at 8,600 sensors in California, and its three regions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..sensor_graph.coordinate_files import read_coordinates
from ..sensor_graph.dense_adjacency import from_adjacency
from ..sensor_graph.sensor_graph import SensorGraph
from ..signals.hdf_frame import read_hdf_frame
from ..signals.reading import read_signals
from ..signals.signals import Signals

DISTRICTS = {"ca": (), "gla": (7, 8, 12), "gba": (4,), "sd": (11,)}
"""Districts of each region; all of them for California."""


def largest_network(paths: Sequence[Path], region: str) -> tuple[Signals, SensorGraph]:
    """Vehicles in 5 minutes, averaged over 15 minutes as the authors do it; NaN is missing.

    Args:
        paths: the frame of counts (h5), the sensors (csv with ID, Lat, Lng, District; their rows are those of
            the adjacency), and the adjacency by road distance (npy).
        region: "ca", "gla", "gba" or "sd".
    """
    counts, table, adjacency = paths
    sensors = pd.read_csv(table, dtype={"ID": str})
    rows = np.arange(len(sensors))
    if DISTRICTS[region]:
        rows = np.flatnonzero(sensors["District"].isin(DISTRICTS[region]))
    sensors = sensors.iloc[rows]
    matrix = np.load(adjacency, mmap_mode="r", allow_pickle=False)[rows][:, rows]
    graph = from_adjacency(matrix, sensors["ID"].tolist())
    places, _ = read_coordinates(sensors.rename(columns={"ID": "sensor_id"}), graph.nodes)
    graph = graph.with_coordinates(places)
    frame = read_hdf_frame(counts, columns=graph.nodes).resample("15min").mean()
    return read_signals(frame, graph, channel_names=["flow"], missing="mask"), graph
