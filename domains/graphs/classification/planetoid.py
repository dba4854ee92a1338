"""Citation graphs in the files of Planetoid (Yang, Cohen, Salakhutdinov 2016): seven pickles and a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ....shared.datasets.location import locate
from ....shared.datasets.pickled_matrix import PickledMatrix
from ....shared.datasets.restricted_pickle import read_restricted_pickle
from ....shared.errors import InputError
from ..sensor_graph.policies import settle_graph
from ..sensor_graph.sensor_graph import SensorGraph
from .labelled_graph import UNKNOWN, LabelledGraph, NodeSplit

VALIDATION_NODES = 500
CORA_SUBJECTS = (
    "theory",
    "reinforcement learning",
    "genetic algorithms",
    "neural networks",
    "probabilistic methods",
    "case based",
    "rule learning",
)


def read_cora() -> tuple[LabelledGraph, NodeSplit]:
    """Cora: 2,708 papers, 1,433 words, 10,556 directed edges (each citation both ways), 7 subjects.

    Returns:
        The graph and its public split: 140 nodes (20 a class), 500 and 1,000.

    Raises:
        InputError: the files are not on this machine (`fourfold data fetch cora`).
    """
    return read_planetoid(locate("cora")[0].parent, "cora", CORA_SUBJECTS)


def read_planetoid(folder: Path, name: str, classes: tuple[str, ...] = ()) -> tuple[LabelledGraph, NodeSplit]:
    """The graph in `folder`/ind.`name`.{x, y, tx, ty, allx, ally, graph, test.index}, and its public split.

    Training nodes are those of x, validation the next 500, test those of tx. Nodes that tx skips (CiteSeer
    has some, all isolated) get no features and no label. Loops and double edges of the file are dropped.

    Args:
        classes: names of the classes in the order of the columns of y; none: their numbers.

    Raises:
        InputError: a file is missing, is no data, or does not fit the others.
    """
    parts = {part: _content(folder / f"ind.{name}.{part}") for part in ("x", "y", "tx", "ty", "allx", "ally")}
    test = _test_nodes(folder / f"ind.{name}.test.index")
    known, n_test = len(parts["allx"]), len(parts["tx"])
    if len(test) != n_test or len(parts["ally"]) != known or len(parts["ty"]) != n_test:
        problem = f"{len(test)} test nodes, {n_test} rows of tx and {len(parts['ty'])} of ty"
        raise InputError(f"ind.{name}.test.index", problem, expected="equal numbers", where=str(folder))
    n_nodes = max(known, int(test.max()) + 1)
    features = np.zeros((n_nodes, parts["allx"].shape[1]), np.float32)
    one_hot = np.zeros((n_nodes, parts["ally"].shape[1]))
    features[:known], one_hot[:known] = parts["allx"], parts["ally"]
    features[test], one_hot[test] = parts["tx"], parts["ty"]
    label = np.where(one_hot.sum(1) > 0, one_hot.argmax(1), UNKNOWN).astype(np.int64)
    links = read_restricted_pickle(folder / f"ind.{name}.graph", encoding="latin1")
    data = LabelledGraph(
        graph=_graph(links, n_nodes, f"ind.{name}.graph"),
        features=features,
        label=label,
        classes=classes or tuple(str(number) for number in range(one_hot.shape[1])),
    )
    n_train = len(parts["y"])
    split = NodeSplit(
        train=np.arange(n_train),
        validation=np.arange(n_train, min(n_train + VALIDATION_NODES, known)),
        test=np.sort(test),
    )
    return data, split


def _content(path: Path) -> np.ndarray:
    content = read_restricted_pickle(path, encoding="latin1")
    table = content.matrix().toarray() if isinstance(content, PickledMatrix) else content
    if not isinstance(table, np.ndarray) or table.ndim != 2 or table.dtype.kind not in "biuf":
        raise InputError(str(path), "holds no matrix of numbers")
    return table


def _test_nodes(path: Path) -> np.ndarray:
    try:
        lines = path.read_text(encoding="ascii").split()
        nodes = np.array([int(line) for line in lines], np.int64)
    except (OSError, ValueError) as error:
        raise InputError(str(path), f"cannot be read ({error})", expected="a node number a line") from None
    if not len(nodes) or nodes.min() < 0 or len(np.unique(nodes)) < len(nodes):
        raise InputError(str(path), "lacks nodes, or has one twice", expected="a node number a line")
    return nodes


def _graph(links: Any, n_nodes: int, file: str) -> SensorGraph:
    """Neighbour lists as a symmetric graph of weights 1."""
    if not isinstance(links, dict):
        raise InputError(file, "holds no lists of neighbours")
    pairs = np.array([(a, b) for a, others in links.items() for b in others if a != b], np.int64)
    pairs = pairs.reshape(-1, 2)
    if len(pairs) and (pairs.min() < 0 or pairs.max() >= n_nodes):
        raise InputError(file, f"names node {int(pairs.max())}", expected=f"0 to {n_nodes - 1}")
    return settle_graph(n_nodes, pairs.T, duplicates="max", directed=False)
