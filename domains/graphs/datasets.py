"""Known networks of sensors by name: their signals and their graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...shared.datasets.card import read_card
from ...shared.datasets.download import fetch
from ...shared.datasets.location import locate
from ...shared.errors import InputError
from .networks.air_quality import beijing_air_quality
from .networks.los_loop import los_loop
from .networks.subway import beijing_subway
from .sensor_graph.changing_graph import ChangingGraph
from .sensor_graph.sensor_graph import SensorGraph
from .signals.cube import forecast_channels
from .signals.signals import Signals

_LOADERS = {
    "los-loop": los_loop,
    "beijing-subway": lambda paths: beijing_subway(paths, 15),
    "beijing-subway-10min": lambda paths: beijing_subway(paths, 10),
    "beijing-subway-30min": lambda paths: beijing_subway(paths, 30),
    "beijing-air-quality": beijing_air_quality,
}
NAMES = tuple(_LOADERS)


class Network(NamedTuple):
    """What is measured, and on which graph; unpacks as `signals, graph`."""

    signals: Signals
    graph: SensorGraph | ChangingGraph


def load_network(
    name: str, channels: Sequence[str | int] | None = None, *, download: bool = False
) -> Network:
    """The network `name`, its signals in the order of the graph's nodes.

    Args:
        name: one of NAMES; capitals and underscores do not matter.
        channels: some of its channels, by name or number; all when None.
        download: fetch it when this machine lacks it; otherwise that is an error.

    Raises:
        InputError: no such network or channel, or it is not on this machine.
    """
    card = read_card(name)
    if card.name not in _LOADERS:
        raise InputError(name, "is no network of sensors", expected=" or ".join(NAMES))
    paths = fetch(card.name) if download else locate(card.name)
    signals, graph = _LOADERS[card.name](paths)
    return Network(signals if channels is None else forecast_channels(signals, channels), graph)
