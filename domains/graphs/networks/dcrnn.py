"""METR-LA and PEMS-BAY as DCRNN publishes them: speeds in HDF5, the sensor graph in a pickle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..sensor_graph.coordinate_files import read_coordinates
from ..sensor_graph.sensor_graph import SensorGraph
from ..sensor_graph.sensor_pickle import read_sensor_pickle
from ..signals.reading import read_signals
from ..signals.signals import Signals


def dcrnn_network(paths: Sequence[Path]) -> tuple[Signals, SensorGraph]:
    """Speeds every 5 minutes, miles per hour; zeros and absent steps are missing.

    Args:
        paths: the frame of speeds (h5), the sensor graph (pkl), and the sensors' places (csv).
    """
    speeds, pickle, locations = paths
    graph = read_sensor_pickle(pickle)
    places, _ = read_coordinates(locations, graph.nodes)
    graph = graph.with_coordinates(places)
    signals = read_signals(
        speeds, graph, channel_names=["speed"], freq="5min", missing="mask", zero_is_missing=True
    )
    return signals, graph
