"""Passengers entering and leaving the stations of Beijing's subway."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..sensor_graph.dense_adjacency import from_adjacency
from ..sensor_graph.sensor_graph import SensorGraph
from ..signals.reading import read_signals
from ..signals.signals import Signals


def beijing_subway(paths: Sequence[Path], minutes: int) -> tuple[Signals, SensorGraph]:
    """Counts in and out of 276 stations, 25 weekdays of 18 hours of service; 315 links both ways.

    Steps are numbered, because nights and weekends are left out: step % (18 * 60 / minutes) tells the time of
    the day's service.
    """
    flows = [np.loadtxt(path, delimiter=",", dtype=np.float64).T for path in paths[:2]]
    graph = from_adjacency(np.loadtxt(paths[2], delimiter=","))
    values = np.stack(flows, axis=2)
    signals = read_signals(values, graph, channel_names=["in", "out"], freq=1, period=18 * 60 // minutes)
    return signals, graph
