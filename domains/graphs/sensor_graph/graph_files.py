"""read_graph: whatever holds a graph, read into one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ....shared.errors import InputError
from ..array_files import ARRAY_FAULTS, unreadable_array
from .changing_graph import ChangingGraph
from .checks import checked_names, listed, node_name
from .coordinate_files import read_coordinates
from .dense_adjacency import from_adjacency
from .edge_list import RECEIVERS, SENDERS, Distances, from_edges
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
    self_loops: SelfLoops = "drop",
    duplicates: Duplicates = "sum",
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
        self_loops, duplicates, directed, signed: as in `settle_graph`.
        distances: what a column of distances means, as in `from_edges`. When None, "gaussian" for a file
            without a header, as DCRNN's distances are published, else "binary".

    Raises:
        InputError: what is wrong with the file or object, and where.
    """
    policies: dict[str, Any] = {"self_loops": self_loops, "directed": directed, "signed": signed}
    if isinstance(data, SensorGraph | ChangingGraph):
        graph = data if nodes is None else data.select(checked_names(nodes))
    else:
        content, headed = _open(data) if isinstance(data, str | os.PathLike) else (_as_array(data), True)
        content, weight = _weighted(content)
        if isinstance(content, SensorGraph):
            graph = content if nodes is None else content.select(checked_names(nodes))
        elif weight is not None or _is_edges(content):
            far: Distances = distances or ("binary" if headed else "gaussian")
            graph = from_edges(content, nodes, weight, duplicates=duplicates, distances=far, **policies)
        else:
            names = list(checked_names(nodes)) if nodes is not None else None
            graph = _adjacency(content, names, policies)
    if coordinates is None or isinstance(graph, ChangingGraph):
        return graph
    places, globe = read_coordinates(coordinates, graph.nodes, geographic=geographic)
    return graph.with_coordinates(places, geographic=globe)


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
        names = {str(name).strip().lower() for name in content.columns}
        if len(content.columns) > 3 and content.shape[0] == content.shape[1]:
            names -= {"i", "j"}  # which name nodes in an adjacency of a to j
        return bool(names & set(SENDERS)) and bool(names & set(RECEIVERS))
    if isinstance(content, list | tuple):
        return True
    if not isinstance(content, np.ndarray) and not hasattr(content, "tocoo"):
        raise InputError("graph", f"{type(content).__name__} is not understood", expected=_ACCEPTED)
    if not isinstance(content, np.ndarray):
        return False
    # (E, 2) and float edges go there too: the check of edges tells what is wrong with them.
    return content.ndim == 2 and content.shape[0] != content.shape[1] and 2 in content.shape


def _adjacency(content: Any, names: list[str] | None, policies: dict[str, Any]) -> SensorGraph:
    if isinstance(content, pd.DataFrame) and names is not None:
        own = [node_name(name) for name in content.columns]
        if set(own) == set(names):
            return from_adjacency(content, **policies).select(names)
    return from_adjacency(content, names, **policies)


def _open(place: str | os.PathLike[str]) -> tuple[Any, bool]:
    """What a file holds, and whether its columns have names."""
    path = Path(place)
    if not path.exists():
        raise InputError(str(path), "there is no such file", remedy="Check the path")
    if path.is_dir():
        raise InputError(str(path), "is a folder", expected="a file", remedy="Name the file inside")
    kind = path.suffix.lower()
    if kind in (".pkl", ".pickle"):
        return read_sensor_pickle(path), True
    if kind in (".npy", ".npz"):
        return _read_array(path), True
    if kind in (".csv", ".txt", ".tsv"):
        return _read_csv(path)
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


def _read_csv(path: Path) -> tuple[Any, bool]:
    """A table of edges or of an adjacency, and whether its columns have names."""
    try:
        delimiter, cells = _first_line(path)
        headed = not all(_is_number(cell) for cell in cells)
        table = pd.read_csv(
            path,
            sep=delimiter,
            header=0 if headed else None,
            index_col=0 if cells[0] == "" else None,
            skipinitialspace=True,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"is no readable table ({error})", expected=_ACCEPTED) from error
    if headed and _is_edges(table):
        return _stripped(table), True
    rows, columns = table.shape
    if headed and columns in (2, 3) and (rows != columns or not _all_numbers(table)):
        raise InputError(
            str(path),
            f"{delimiter.join(cells)!r} is no header of edges",
            where="line 1",
            expected="from,to,weight or from,to,distance, then a line for each edge",
            remedy="Name the columns so, in a line before the first edge",
        )
    if not headed and columns in (2, 3) and rows == columns:
        raise InputError(
            str(path),
            f"{rows} rows of {columns} numbers could be edges or an adjacency",
            remedy="Give it a header, from,to,weight or the nodes' names",
        )
    if not headed and columns in (2, 3):
        return table.set_axis(["from", "to", "distance"][:columns], axis=1), False
    if not headed and rows == columns + 1:  # the first row holds names that are numbers
        names = [node_name(name) for name in table.iloc[0]]
        return table.iloc[1:].reset_index(drop=True).set_axis(names, axis=1), True
    if rows != columns:
        raise InputError(str(path), f"has {rows} rows of {columns} columns", expected=_ACCEPTED)
    return table, True


def _all_numbers(table: pd.DataFrame) -> bool:
    return all(pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes)


def _stripped(table: pd.DataFrame) -> pd.DataFrame:
    """The table with no blanks around its texts."""
    texts = {name: column.str.strip() for name, column in table.items() if column.dtype.kind in "OU"}
    return table.assign(**{str(name): column for name, column in texts.items()})


def _first_line(path: Path) -> tuple[str, list[str]]:
    """The sign between columns, and the cells of the first line."""
    with path.open(encoding="utf-8-sig") as file:
        line = file.readline().rstrip("\r\n")
    delimiter = max(",;\t ", key=line.count)
    return delimiter, [cell.strip().strip('"') for cell in line.split(delimiter)]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
