"""read_graph: whatever holds a graph, read into one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ....shared.errors import InputError
from ..array_files import ARRAY_FAULTS, unreadable_array
from .changing_graph import ChangingGraph
from .checks import checked_names, listed, node_name
from .coordinate_files import read_coordinates
from .dense_adjacency import from_adjacency
from .edge_list import Distances, from_edges
from .edge_table import EdgeTable
from .graph_csv import are_edges, read_graph_csv
from .policies import Duplicates, SelfLoops
from .sensor_graph import SensorGraph
from .sensor_pickle import read_sensor_pickle

_ACCEPTED = (
    "edges (csv from,to,weight or from,to,distance), an adjacency (csv, npy, npz) or DCRNN's pickle, "
    "or a SensorGraph, data frame, array or scipy.sparse matrix"
)


def read_graph(
    data: Any,
    nodes: int | Sequence[object] | None = None,
    coordinates: Any = None,
    *,
    geographic: bool = True,
    self_loops: SelfLoops | None = None,
    duplicates: Duplicates | None = None,
    directed: bool = True,
    signed: bool = False,
    distances: Distances | None = None,
) -> SensorGraph | ChangingGraph:
    """A graph from what people have it in.

    Args:
        data: a path (csv of edges, with or without a header, or of an adjacency; npy, npz; pkl as DCRNN
            publishes it), edges [2, E] or a pair of edges and weights [E], an adjacency [N, N] (numpy or
            torch, data frame, scipy.sparse), a table of edges, or a graph, which is returned with its nodes
            in the order asked for.
        nodes: N, or the N names, best those of the signals; files that name their nodes need none.
        coordinates: [N, 2], a table with an id column and latitude, longitude (or x, y), or its csv path.
        geographic: whether an array of coordinates holds latitude and longitude; tables say it themselves.
        self_loops, duplicates: as in `from_edges`; loops of an adjacency are dropped when None.
        directed, signed: as in `settle_graph`.
        distances: what a column of distances means, as in `from_edges`. When None, "gaussian" for a file
            without a header, as DCRNN's distances are published, else "binary".

    Raises:
        InputError: what is wrong with the file or object, and where.
    """
    names = None if nodes is None else checked_names(nodes)
    policies = _Policies(self_loops, duplicates, directed, signed, distances)
    if isinstance(data, SensorGraph | ChangingGraph):
        graph = data if names is None else data.select(names)
    elif isinstance(data, str | os.PathLike):
        with _named(Path(data)):
            graph = _made(_open(Path(data)), names, policies)
    else:
        graph = _made(_as_array(data), names, policies)
    if coordinates is None or isinstance(graph, ChangingGraph):
        return graph
    places, globe = read_coordinates(coordinates, graph.nodes, geographic=geographic)
    return graph.with_coordinates(places, geographic=globe)


class _Policies(NamedTuple):
    """Arguments of `read_graph` that say how edges are meant."""

    self_loops: SelfLoops | None
    duplicates: Duplicates | None
    directed: bool
    signed: bool
    distances: Distances | None


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Name the file in whatever is found wrong inside it: signals have mistakes and lines, too."""
    try:
        yield
    except InputError as error:
        if path.name in str(error):
            raise
        where = path.name if error.where is None else f"{path.name}, {error.where}"
        raise InputError(
            error.field, error.problem, where=where, expected=error.expected, remedy=error.remedy
        ) from error


def _made(content: Any, names: tuple[str, ...] | None, how: _Policies) -> SensorGraph:
    """A graph of what a file held, or of an object."""
    content, weight = _weighted(content)
    if isinstance(content, SensorGraph):
        return content if names is None else content.select(names)
    if weight is not None or _is_edges(content):
        headed = not isinstance(content, EdgeTable) or content.headed
        return from_edges(
            content, names, weight,
            self_loops=how.self_loops, duplicates=how.duplicates, directed=how.directed, signed=how.signed,
            distances=how.distances or ("binary" if headed else "gaussian"),
        )  # fmt: skip
    policies = {"self_loops": how.self_loops or "drop", "directed": how.directed, "signed": how.signed}
    if isinstance(content, pd.DataFrame) and names is not None:
        own = {node_name(name) for name in content.columns}
        if own == set(names):
            return from_adjacency(content, **policies).select(names)
    return from_adjacency(content, names, **policies)


def _as_array(content: Any) -> Any:
    """Tensors as arrays; anything else as it is."""
    return content.detach().cpu().numpy() if hasattr(content, "detach") else content


def _weighted(content: Any) -> tuple[Any, Any]:
    """Edges and weights out of a pair of them; anything else, and no weights."""
    if not isinstance(content, tuple) or len(content) != 2:
        return content, None
    edges, weight = map(_as_array, content)
    return (edges, weight) if getattr(edges, "ndim", 1) == 2 else (content, None)


def _is_edges(content: Any) -> bool:
    if isinstance(content, pd.DataFrame):
        return are_edges(content)
    if isinstance(content, list | tuple | EdgeTable):
        return True
    if not isinstance(content, np.ndarray) and not hasattr(content, "tocoo"):
        raise InputError("graph", f"{type(content).__name__} is not understood", expected=_ACCEPTED)
    if not isinstance(content, np.ndarray):
        return False
    # (E, 2) and float edges go there too: the check of edges tells what is wrong with them.
    return content.ndim == 2 and content.shape[0] != content.shape[1] and 2 in content.shape


def _open(path: Path) -> Any:
    """What a file holds."""
    if not path.exists():
        raise InputError(str(path), "there is no such file", remedy="Check the path")
    if path.is_dir():
        raise InputError(str(path), "is a folder", expected="a file", remedy="Name the file inside")
    kind = path.suffix.lower()
    if kind in (".pkl", ".pickle"):
        return read_sensor_pickle(path)
    if kind in (".npy", ".npz"):
        return _read_array(path)
    if kind in (".csv", ".txt", ".tsv"):
        return read_graph_csv(path)
    raise InputError(str(path), f"{kind or 'no'} suffix is not understood", expected=_ACCEPTED)


def _read_array(path: Path) -> Any:
    """A dense array; or, of npz, the matrix that scipy.sparse.save_npz wrote, or its only array."""
    from scipy import sparse

    try:
        with path.open("rb") as file:
            content = np.load(file, allow_pickle=False)
            if isinstance(content, np.ndarray):
                return content
            if "format" in content.files and "shape" in content.files:
                return sparse.load_npz(path)
            if len(content.files) == 1:
                return content[content.files[0]]
            names = [name for name in ("adjacency", "adj", "edge_index") if name in content.files]
            if names:
                return content[names[0]]
            found = listed(content.files)
    except ARRAY_FAULTS as error:
        raise unreadable_array(path, error) from error
    raise InputError(str(path), f"holds {found}", expected="one array, or one named adjacency or edge_index")
