"""PEMS03, 04, 07 and 08: traffic of four districts of California, npz (T, N, F) and a list of links."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ....shared.errors import InputError
from ..sensor_graph.changing_graph import ChangingGraph
from ..sensor_graph.graph_files import read_graph
from ..sensor_graph.sensor_graph import SensorGraph
from ..signals.array_cube import read_array_file
from ..signals.reading import read_signals
from ..signals.signals import Signals

CHANNELS = ("flow", "occupancy", "speed")
STARTS = {"03": "2018-09-01", "04": "2018-01-01", "07": "2017-05-01", "08": "2016-07-01"}
"""First day of each; steps of 5 minutes without a gap."""


def pems_network(paths: Sequence[Path], district: str) -> tuple[Signals, SensorGraph | ChangingGraph]:
    """Vehicles in 5 minutes (and occupancy and speed, where they are there) on the links of the roads.

    Zeros are counts, so none is missing. Each link weighs 1, as the published comparisons have it.

    Args:
        paths: signals (npz), links (csv from,to,distance), and for PEMS03 the ids of the sensors in the order
            of the signals (txt), which its links name.
        district: "03", "04", "07" or "08".

    Raises:
        InputError: files that do not fit together.
    """
    values = read_array_file(paths[0], "data")
    if values.ndim == 2:
        values = values[:, :, None]
    nodes = Path(paths[2]).read_text().split() if len(paths) > 2 else values.shape[1]
    graph = read_graph(paths[1], nodes)
    if graph.n_nodes != values.shape[1]:
        raise InputError(
            str(paths[0]), f"holds {values.shape[1]} sensors", expected=f"{graph.n_nodes}, as the graph has"
        )
    names = CHANNELS[: values.shape[2]]
    signals = read_signals(values, graph, channel_names=names, start=STARTS[district], freq="5min")
    return signals, graph
