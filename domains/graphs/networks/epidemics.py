"""Chickenpox in Hungary and COVID-19 in England: cases by region, as PyTorch Geometric Temporal has them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..sensor_graph.changing_graph import ChangingGraph
from ..sensor_graph.policies import settle_graph
from ..sensor_graph.sensor_graph import SensorGraph
from ..signals.reading import read_signals
from ..signals.signals import Signals
from .json_file import read_json


def chickenpox(paths: Sequence[Path]) -> tuple[Signals, SensorGraph]:
    """521 weeks of standardised cases in 20 counties; steps are numbered, 52 a season, neighbours linked."""
    content = read_json(paths[0])
    names = sorted(content["node_ids"], key=content["node_ids"].__getitem__)
    graph = settle_graph(names, np.array(content["edges"]).T, duplicates="max")
    values = np.array(content["FX"], dtype=np.float64)
    return read_signals(values, graph, channel_names=["cases"], freq=1, period=52), graph


def england_covid(paths: Sequence[Path]) -> tuple[Signals, ChangingGraph]:
    """61 days of new cases in 129 regions from 2020-03-13; edges are people that moved, day by day.

    Loops stay: most people move within their region.
    """
    content = read_json(paths[0])
    mapping, steps = content["edge_mapping"], content["time_periods"]
    values = np.array(content["y"], dtype=np.float64)
    nodes = values.shape[1]
    graphs = [
        settle_graph(
            nodes,
            np.array(mapping["edge_index"][str(step)]).T,
            np.array(mapping["edge_weight"][str(step)]),
            self_loops="keep",
        )
        for step in range(steps)
    ]
    graph = ChangingGraph(tuple(graphs))
    return read_signals(values, graph, channel_names=["cases"], start="2020-03-13", freq="D"), graph
