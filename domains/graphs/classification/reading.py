"""A person's own graph: features, edges and labels as arrays or tables, checked before anything is learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ....shared.errors import InputError
from ..sensor_graph.checks import listed, node_name
from ..sensor_graph.edge_table import EdgeTable, edge_columns
from ..sensor_graph.policies import settle_graph
from .labelled_graph import UNKNOWN, LabelledGraph

if TYPE_CHECKING:
    import pandas as pd

NODE_COLUMN = "node"
EDGE_COLUMNS = ("from", "to")
LABEL_COLUMN = "label"
_MISSING_WORDS = ("", "nan", "none", "na", "<na>")


def read_labelled_graph(
    features: np.ndarray | pd.DataFrame,
    edges: np.ndarray | pd.DataFrame,
    labels: Any = None,
    *,
    directed: bool = False,
) -> LabelledGraph:
    """A graph to classify nodes of. Isolated nodes are fine; every node has a row of features.

    Args:
        features: numbers [N, F]; or a frame with a column `node` of names and a column per feature (without
            `node`, the index names the nodes).
        edges: integers [2, E], sender and receiver; or a frame with columns `from`, `to` and, if wanted,
            `weight`, in the names of the nodes.
        labels: None, N values, or a frame with columns `node` and `label`; nodes without one (None, NaN,
            empty, or absent from the frame) are to be predicted.
        directed: keep directions; otherwise each edge counts both ways. Loops are dropped, and an edge
            listed twice counts once.

    Raises:
        InputError: shapes that do not fit, unknown or repeated nodes, features that are no finite numbers.
    """
    names, values, feature_names = _features(features)
    index, weight = _edges(edges, names)
    graph = settle_graph(names, index, weight, duplicates="max", directed=directed)
    label, classes = _labels(labels, names)
    return LabelledGraph(graph, values, label, classes, feature_names)


def _features(given: np.ndarray | pd.DataFrame) -> tuple[tuple[str, ...], np.ndarray, tuple[str, ...]]:
    """Node names, values float32 [N, F] and feature names."""
    if hasattr(given, "columns"):
        frame: Any = given
        if NODE_COLUMN in frame.columns:
            frame = frame.set_index(NODE_COLUMN)
        names = tuple(node_name(name) for name in frame.index)
        columns = tuple(str(column) for column in frame.columns)
        text = [c for c, kind in zip(columns, frame.dtypes, strict=True) if kind.kind not in "biuf"]
        if text:
            raise InputError(
                "features",
                f"column {listed(text)} holds no numbers",
                remedy="Encode it as numbers, or drop it",
            )
        values = frame.to_numpy(np.float64)
    else:
        values = np.asarray(given)
        if values.ndim != 2 or values.dtype.kind not in "biuf":
            raise InputError(
                "features", f"shape {values.shape} of {values.dtype}", expected="numbers [nodes, features]"
            )
        names, columns = tuple(str(number) for number in range(len(values))), ()
    if not len(values) or not values.shape[1]:
        raise InputError(
            "features", f"their shape is {values.shape}", expected="a node and a feature at least"
        )
    _require_finite(values, names, columns)
    return names, np.ascontiguousarray(values, np.float32), columns


def _require_finite(values: np.ndarray, names: tuple[str, ...], columns: tuple[str, ...]) -> None:
    with np.errstate(over="ignore"):
        bad = np.argwhere(~np.isfinite(values.astype(np.float32)))
    if len(bad):
        node, column = (int(place) for place in bad[0])
        told = f"feature {columns[column] if columns else column}"
        raise InputError(
            "features",
            f"{len(bad)} values are missing, infinite or too large",
            where=f"node {names[node]}, {told}",
            expected="finite numbers, as one gap would spread to every neighbour",
            remedy="Fill the gaps, and add a feature that says where they were",
        )


def _edges(given: np.ndarray | pd.DataFrame, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray | None]:
    """Raw edges [2, E] by number, with weights."""
    if not hasattr(given, "columns"):
        return np.asarray(given), None
    frame: Any = given
    absent = [column for column in EDGE_COLUMNS if column not in frame.columns]
    if absent:
        raise InputError(
            "edges", f"there is no column {listed(absent)}", expected="columns from, to and perhaps weight"
        )
    weight = edge_columns(EdgeTable(frame)).weight
    place = {name: number for number, name in enumerate(names)}
    ends = [[node_name(name) for name in frame[column]] for column in EDGE_COLUMNS]
    unknown = [
        (row, name) for row, pair in enumerate(zip(*ends, strict=True)) for name in pair if name not in place
    ]
    if unknown:
        row, name = unknown[0]
        raise InputError(
            "edges",
            f"{len(unknown)} ends name a node without features",
            where=f"row {row + 1}, {name}",
            expected="nodes of the features",
            remedy="Add their features, or drop these edges",
        )
    index = np.array([[place[name] for name in end] for end in ends], np.int64).reshape(2, -1)
    return index, None if weight is None else frame[weight].to_numpy()


def _labels(given: Any, names: tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels int64 [N] and the names of the classes, sorted (numbers by size)."""
    words = [""] * len(names)
    if given is not None and hasattr(given, "columns"):
        words = _labels_by_node(given, names)
    elif given is not None:
        words = [_word(value) for value in given]
        if len(words) != len(names):
            raise InputError(
                "labels", f"there are {len(words)}", expected=f"{len(names)}, one a node (None if not known)"
            )
    classes = tuple(sorted({word for word in words if word}, key=_order))
    place = {name: number for number, name in enumerate(classes)}
    return np.array([place.get(word, UNKNOWN) for word in words], np.int64), classes


def _labels_by_node(frame: Any, names: tuple[str, ...]) -> list[str]:
    absent = [column for column in (NODE_COLUMN, LABEL_COLUMN) if column not in frame.columns]
    if absent:
        raise InputError("labels", f"there is no column {listed(absent)}", expected="columns node and label")
    nodes = [node_name(name) for name in frame[NODE_COLUMN]]
    known = set(names)
    strangers = [name for name in nodes if name not in known]
    if strangers:
        raise InputError(
            "labels", f"{len(strangers)} are of nodes without features: {listed(strangers)}",
            expected="nodes of the features",
        )  # fmt: skip
    found: dict[str, str] = {}
    for name, value in zip(nodes, frame[LABEL_COLUMN], strict=True):
        word = _word(value)
        if found.setdefault(name, word) != word:
            raise InputError("labels", f"{found[name]!r} and {word!r}", where=f"node {name}", expected="one")
    return [found.get(name, "") for name in names]


def _word(value: object) -> str:
    """A label as text; empty where it is missing. 3.0, as tables with gaps write whole numbers, is 3."""
    word = node_name(value).strip()
    return "" if word.lower() in _MISSING_WORDS else word


def _order(word: str) -> tuple[int, float, str]:
    try:
        return 0, float(word), word
    except ValueError:
        return 1, 0.0, word
