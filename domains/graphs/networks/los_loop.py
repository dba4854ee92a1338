"""METR-LA's first week: speeds of traffic at 207 loop detectors in Los Angeles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ..sensor_graph.coordinate_files import read_coordinates
from ..sensor_graph.sensor_graph import SensorGraph
from ..sensor_graph.sensor_pickle import read_sensor_pickle
from ..signals.reading import read_signals
from ..signals.signals import Signals


def los_loop(paths: Sequence[Path]) -> tuple[Signals, SensorGraph]:
    """2,016 steps of 5 minutes from 2012-03-01, miles per hour; the directed graph of DCRNN, 1,515 edges.

    Args:
        paths: the speeds (csv), the sensor graph (pkl), and the sensors' places (csv).
    """
    speeds, pickle, locations = paths
    graph = read_sensor_pickle(pickle)
    places, _ = read_coordinates(locations, graph.nodes)
    graph = graph.with_coordinates(places)
    frame = pd.read_csv(speeds)
    frame.index = pd.date_range("2012-03-01", periods=len(frame), freq="5min", name="ds")
    return read_signals(frame, graph, channel_names=["speed"]), graph
