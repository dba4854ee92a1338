"""Where nodes are, from tables of ids and places."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ....shared.errors import InputError
from ....shared.panels.frame_columns import column_of
from .checks import counted, listed, node_name

_IDS = ("sensor_id", "node", "node_id", "id", "name", "station", "unique_id", "code")
_LATITUDES, _LONGITUDES = ("latitude", "lat"), ("longitude", "lon", "lng", "long")


def read_coordinates(data: Any, nodes: Sequence[str], *, geographic: bool = True) -> tuple[np.ndarray, bool]:
    """Coordinates float64 [N, 2] in the order of `nodes`, and whether they are latitude and longitude.

    Args:
        data: an array [N, 2] in that order; or a table (data frame or csv) with an id column and latitude and
            longitude, or x and y; without a header: id, latitude, longitude.
        nodes: names of the N nodes.
        geographic: what an array holds.

    Raises:
        InputError: columns or nodes are missing, or an id repeats.
    """
    if isinstance(data, str | os.PathLike):
        data = _read_table(Path(data))
    if not isinstance(data, pd.DataFrame):
        return np.asarray(data, np.float64), geographic
    columns = {str(name).strip().lower(): column_of(data, name) for name in data.columns}
    ids = next((columns[name] for name in _IDS if name in columns), data.index.to_series())
    north = next((columns[name] for name in _LATITUDES if name in columns), None)
    east = next((columns[name] for name in _LONGITUDES if name in columns), None)
    globe = north is not None and east is not None
    pair = (north, east) if globe else (columns.get("x"), columns.get("y"))
    first, second = pair
    if first is None or second is None:
        raise InputError(
            "coordinates",
            f"the columns are {listed(list(columns))}",
            expected="an id, and latitude and longitude or x and y",
            remedy="Rename them",
        )
    places = {node_name(name): row for row, name in enumerate(ids)}
    if len(places) < len(ids):
        raise InputError("coordinates", "some ids are there more than once", remedy="Keep one row for each")
    missing = [name for name in nodes if name not in places]
    if missing:
        told = counted(len(missing), "node has", "nodes have")
        raise InputError("coordinates", f"{told} no place: {listed(missing)}")
    rows = [places[name] for name in nodes]
    table = np.stack([np.asarray(column, dtype=np.float64) for column in (first, second)], axis=1)
    return table[rows], globe


def _read_table(path: Path) -> pd.DataFrame:
    if not path.exists():
        raise InputError(str(path), "there is no such file", remedy="Check the path")
    try:
        table = pd.read_csv(path)
        names = [str(name) for name in table.columns]
        if len(names) == 3 and all(name.lstrip("-").replace(".", "", 1).isdigit() for name in names):
            table = pd.read_csv(path, header=None, names=["id", "latitude", "longitude"])
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"is no readable table ({error})", expected="csv") from error
    return table
