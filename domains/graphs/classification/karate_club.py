"""Zachary's karate club (1977), which networkx brings along: 34 members, 78 friendships, two factions."""

from __future__ import annotations

import numpy as np

from ..sensor_graph.policies import settle_graph
from .labelled_graph import LabelledGraph, NodeSplit, random_split

TEST_SHARE, VALIDATION_SHARE = 0.4, 0.2


def read_karate_club() -> tuple[LabelledGraph, NodeSplit]:
    """34 nodes, 156 directed edges, and the side each member took when the club split; no features.

    Every node's only feature is its own name (one-hot), so all there is to learn is who knows whom.

    Returns:
        The graph, and a split drawn once: 14 nodes to learn from, 6 to choose by, 14 to judge by.
    """
    import networkx

    club = networkx.karate_club_graph()
    n_nodes = club.number_of_nodes()
    pairs = np.array(list(club.edges()), np.int64)
    sides = [club.nodes[node]["club"] for node in range(n_nodes)]
    classes = ("Mr. Hi", "Officer")
    data = LabelledGraph(
        graph=settle_graph(n_nodes, pairs.T, directed=False),
        features=np.eye(n_nodes, dtype=np.float32),
        label=np.array([classes.index(side) for side in sides], np.int64),
        classes=classes,
    )
    return data, random_split(data, validation=VALIDATION_SHARE, test=TEST_SHARE)
