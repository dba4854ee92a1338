"""Parcels that bicycles delivered in London: the smallest of PyTorch Geometric Temporal's sets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..sensor_graph.policies import settle_graph
from ..sensor_graph.sensor_graph import SensorGraph
from ..signals.reading import read_signals
from ..signals.signals import Signals
from .json_file import read_json


def pedalme(paths: Sequence[Path]) -> tuple[Signals, SensorGraph]:
    """35 numbered weeks of standardised deliveries in 15 areas; all pairs are linked, the nearer the more."""
    content = read_json(paths[0])
    values = np.array(content["X"], dtype=np.float64)
    graph = settle_graph(values.shape[1], np.array(content["edges"]).T, np.array(content["weights"]))
    return read_signals(values, graph, channel_names=["deliveries"], freq=1, period=1), graph
