"""LabelledGraph: nodes with features and, where known, a class."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ....shared.errors import InputError
from ..sensor_graph.sensor_graph import SensorGraph
from .node_choice import node_numbers

UNKNOWN = -1
"""Label of a node whose class is not known, and is to be predicted."""


@dataclass(frozen=True)
class LabelledGraph:
    """A graph on N nodes with F features each, some of them labelled with one of C classes.

    `read_labelled_graph` makes one from a person's tables and checks them.
    """

    graph: SensorGraph
    features: np.ndarray
    """float32 [N, F], finite."""
    label: np.ndarray
    """int64 [N], a place in `classes`, or UNKNOWN."""
    classes: tuple[str, ...]
    """The C names."""
    feature_names: tuple[str, ...] = ()
    """F names, or none."""

    @property
    def n_nodes(self) -> int:
        """N."""
        return self.graph.n_nodes

    @property
    def labelled(self) -> np.ndarray:
        """Numbers of the nodes whose class is known, int64 ascending."""
        return np.flatnonzero(self.label != UNKNOWN)

    def with_label(self, label: np.ndarray) -> LabelledGraph:
        """The same graph with other labels, int64 [N]."""
        return replace(self, label=label.astype(np.int64))


@dataclass(frozen=True)
class NodeSplit:
    """Which nodes are learnt from, chosen by and judged on: int64 node numbers, disjoint.

    Raises:
        InputError: a part that is no row of whole numbers, or a node in more than one part.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    def __post_init__(self) -> None:
        for part in ("train", "validation", "test"):
            object.__setattr__(self, part, node_numbers(f"split.{part}", getattr(self, part)))
        nodes = np.concatenate([self.train, self.validation, self.test])
        if len(np.unique(nodes)) < len(nodes):
            names, counts = np.unique(nodes, return_counts=True)
            raise InputError(
                "split",
                f"{int((counts > 1).sum())} nodes are in more than one part",
                where=f"node {int(names[counts > 1][0])}",
                expected="disjoint parts",
            )


def random_split(data: LabelledGraph, *, validation: float, test: float = 0.0, seed: int = 0) -> NodeSplit:
    """Labelled nodes divided at random, class by class, so that every part has its share of each.

    A class of few nodes gives its first to training.

    Args:
        validation: share of each class to choose by. `test`: share to judge by.

    Raises:
        InputError: no node has a class.
    """
    if not len(data.labelled):
        raise InputError("labels", "no node has one", expected="some nodes of each class")
    rng = np.random.default_rng(seed)
    parts: tuple[list[np.ndarray], ...] = ([], [], [])
    for place in range(len(data.classes)):
        nodes = rng.permutation(np.flatnonzero(data.label == place))
        judged = min(round(test * len(nodes)), max(len(nodes) - 1, 0))
        chosen = min(round(validation * len(nodes)), max(len(nodes) - 1 - judged, 0))
        train = len(nodes) - judged - chosen
        for part, piece in zip(parts, np.split(nodes, [train, train + chosen]), strict=True):
            part.append(piece)
    return NodeSplit(*(np.sort(np.concatenate(part)).astype(np.int64) for part in parts))
