"""Sensor graphs as DCRNN publishes them: a pickle of (sensor ids, number of each id, adjacency)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ....shared.datasets.restricted_pickle import read_restricted_pickle
from ....shared.errors import InputError
from .dense_adjacency import from_adjacency
from .policies import SelfLoops
from .sensor_graph import SensorGraph


def read_sensor_pickle(path: str | Path, *, self_loops: SelfLoops = "drop") -> SensorGraph:
    """The graph in a pickle of (ids, {id: number}, A [N, N]) or of A alone; nothing in it is run.

    Raises:
        InputError: refused by the restricted unpickler, or another content.
    """
    content = read_restricted_pickle(path, encoding="latin1")
    if isinstance(content, np.ndarray):
        return from_adjacency(content, self_loops=self_loops)
    if not isinstance(content, (tuple, list)) or len(content) != 3:
        raise InputError(
            str(path),
            f"holds a {type(content).__name__}",
            expected="sensor ids, their numbers and an adjacency matrix",
        )
    ids, numbers, matrix = content
    names = [name.decode() if isinstance(name, bytes) else str(name) for name in ids]
    if isinstance(numbers, dict):
        place = {key.decode() if isinstance(key, bytes) else str(key): row for key, row in numbers.items()}
        names = sorted(names, key=lambda name: place.get(name, -1))
    return from_adjacency(matrix, names, self_loops=self_loops)
