"""Pressures in the water network Net3, simulated by EPANET through WNTR with demands that vary by chance."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ....shared.datasets.card import read_card
from ....shared.datasets.location import cache_folder
from ....shared.errors import InputError
from ..sensor_graph.policies import settle_graph
from ..sensor_graph.sensor_graph import SensorGraph
from ..signals.reading import read_signals
from ..signals.signals import Signals

DAYS, STEP_MINUTES, SEED = 14, 10, 0
WARM_UP_DAYS = 1
"""Simulated and left out: tanks start at levels that the network never returns to."""
SHARED_NOISE, OWN_NOISE, MEMORY_HOURS = 0.10, 0.25, 3.0
"""Deviations of the logarithm of demand, of all junctions at once and of each, and how long they last."""
LEVEL_NOISE, LEVEL_MEMORY_HOURS = 0.5, 24.0
"""The same for the levels of river and lake, in metres."""
_CACHE = "net3-1.npz"


def water_pressures(paths: Sequence[Path]) -> tuple[Signals, SensorGraph]:
    """14 simulated days of pressure, metres of water, every 10 minutes at the 97 nodes of Net3.

    92 junctions, three tanks and the two reservoirs (river and lake: their level about its mean). Demands
    follow Net3's patterns times noise that is seeded; the lake's pump runs from 1 to 15 o'clock each day.
    Links are pipes, pumps and valves, both ways. The result is kept in the user's cache.

    Raises:
        InputError: WNTR cannot be imported, or the cache cannot be written.
    """
    path = cache_folder(read_card("wntr-net3")) / _CACHE
    if not path.is_file():
        _write(path, simulate(paths[0]))
    with np.load(path, allow_pickle=False) as kept:
        names = [str(name) for name in kept["nodes"]]
        graph = settle_graph(
            names,
            kept["links"],
            duplicates="max",
            directed=False,
            coordinates=kept["coordinates"],
            geographic=False,
        )
        values = kept["pressure"]
    signals = read_signals(
        values,
        graph,
        channel_names=["pressure"],
        start="2024-01-01",
        freq=f"{STEP_MINUTES}min",
    )
    return signals, graph


def simulate(path: Path, days: int = DAYS, seed: int = SEED) -> dict[str, np.ndarray]:
    """Simulate `days` after the warm-up.

    Args:
        path: EPANET's input file of Net3.
        days: length of the result.
        seed: of the demands' noise.

    Returns:
        pressure float32 [T, N], nodes [N], links int64 [2, E], coordinates float64 [N, 2].

    Raises:
        InputError: WNTR cannot be imported.
    """
    try:
        import wntr
    except ImportError as error:
        raise InputError("wntr", f"cannot be imported ({error})", remedy="Run `pip install wntr`") from error
    network: Any = wntr.network.WaterNetworkModel(str(path))
    steps = (days + WARM_UP_DAYS) * 24 * 60 // STEP_MINUTES
    _vary(network, steps, np.random.default_rng(seed))
    _pump_daily(network)
    time = network.options.time
    time.duration = (steps - 1) * STEP_MINUTES * 60
    time.hydraulic_timestep = time.report_timestep = time.pattern_timestep = STEP_MINUTES * 60
    with tempfile.TemporaryDirectory() as folder:
        result: Any = wntr.sim.EpanetSimulator(network).run_sim(file_prefix=str(Path(folder) / "net3"))
    names = list(network.node_name_list)
    head = result.node["head"].loc[:, names].to_numpy(dtype=np.float64)
    ground = [_ground(network.get_node(name)) for name in names]
    place = {name: number for number, name in enumerate(names)}
    ends = [network.get_link(name) for name in network.link_name_list]
    links = [[place[link.start_node_name] for link in ends], [place[link.end_node_name] for link in ends]]
    return {
        "pressure": (head - ground)[-days * 24 * 60 // STEP_MINUTES :].astype(np.float32),
        "nodes": np.array(names),
        "links": np.array(links, dtype=np.int64),
        "coordinates": np.array([network.get_node(name).coordinates for name in names], dtype=np.float64),
    }


def _ground(node: Any) -> float:
    """Elevation in metres; of a reservoir, which has none, its mean level."""
    return float(node.base_head if node.node_type == "Reservoir" else node.elevation)


def _vary(network: Any, steps: int, generator: np.random.Generator) -> None:
    """Give every junction with a demand a pattern of its own, and both reservoirs a level that drifts."""
    shared = SHARED_NOISE * drift(steps, MEMORY_HOURS, generator)
    hours = np.arange(steps) * STEP_MINUTES / 60
    whole = int(hours[-1]) + 2
    for name, junction in network.junctions():
        for number, demand in enumerate(junction.demand_timeseries_list):
            if demand.base_value == 0:
                continue
            hourly = np.asarray(demand.pattern.multipliers if demand.pattern else [1.0])
            smooth = np.interp(hours, np.arange(whole), np.resize(hourly, whole))
            noise = np.exp(shared + OWN_NOISE * drift(steps, MEMORY_HOURS, generator))
            network.add_pattern(f"v-{name}-{number}", list(smooth * noise))
            demand.pattern_name = f"v-{name}-{number}"
    for name, reservoir in network.reservoirs():
        level = LEVEL_NOISE * drift(steps, LEVEL_MEMORY_HOURS, generator)
        network.add_pattern(f"v-{name}", list(1 + level / reservoir.base_head))
        reservoir.head_pattern_name = f"v-{name}"


def drift(steps: int, hours: float, generator: np.random.Generator) -> np.ndarray:
    """Stationary first-order autoregression float64 [steps], deviation 1, that forgets within `hours`."""
    keep = np.exp(-STEP_MINUTES / 60 / hours)
    path = generator.standard_normal(steps)
    path[1:] *= np.sqrt(1 - keep**2)
    for step in range(1, steps):
        path[step] += keep * path[step - 1]
    return path


def _pump_daily(network: Any) -> None:
    """Run the lake's pump from 1 to 15 o'clock each day; Net3 says so for the first day only."""
    from wntr.network.controls import Control, ControlAction, TimeOfDayCondition

    for name, control in list(network.controls()):
        if "TIME" in str(control.condition).upper():
            network.remove_control(name)
    pump = network.get_link("10")
    for hour, status in ((1, 1), (15, 0)):
        condition = TimeOfDayCondition(network, "=", f"{hour}:00")
        action = ControlAction(pump, "status", status)
        network.add_control(f"lake-{hour}", Control(condition, action, name=f"lake-{hour}"))


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Keep the arrays, whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        Path(file.name).replace(path)
    except OSError as error:
        raise InputError(str(path), f"cannot be written ({error.strerror or error})") from error
