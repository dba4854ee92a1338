"""A small network whose nodes follow their neighbours, and sizes of a model that fits it in a moment."""

import numpy as np
import pandas as pd
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph

NODES = ("a", "b", "c", "d", "e")
SMALL = {
    "hidden": 8,
    "decoder": 8,
    "embedding": {"size": 4},
    "lookback": 6,
    "training": {"epochs": 2, "batch_size": 16},
}


def ring() -> SensorGraph:
    """a to b to c to d to a, and e on its own, the last of all."""
    return SensorGraph(NODES, np.array([[0, 1, 2, 3], [1, 2, 3, 0]]), np.array([1, 2, 1, 0.5], np.float32))


def wide_frame(days: int = 10, seed: int = 0) -> pd.DataFrame:
    """Hourly values around 50 with a daily season; each node follows the one before it by an hour."""
    hours = days * 24
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 1, (hours, 5))
    season = np.sin(2 * np.pi * np.arange(hours) / 24)[:, None]
    values = 50 + 10 * season + noise
    values[1:, 1:4] += 2 * noise[:-1, 0:3]
    index = pd.date_range("2024-03-04", periods=hours, freq="h")
    return pd.DataFrame(values, index=index, columns=list(NODES))
