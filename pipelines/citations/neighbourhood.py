"""The part of a large graph that is drawn: what lies around one wrong answer."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ...domains.graphs.sensor_graph.direction import to_undirected
from ...domains.graphs.sensor_graph.sensor_graph import SensorGraph

FEW_NODES = 200
"""Up to here a graph is drawn whole."""
MOST_DRAWN = 90
"""Nodes; more of them hide each other."""


def telling_part(graph: SensorGraph, judged: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Numbers of the nodes at most two edges away from one judged node, ascending int64 [M].

    That node is one answered wrongly, where there is any; of those whose surroundings have `MOST_DRAWN` nodes
    at most, the one with the most judged nodes around it. Where all have more, the smallest is cut off by
    number.

    Args:
        judged: int64, nodes whose answers count. `right`: bool [N].
    """
    wrong = judged[~right[judged]]
    centres = wrong if len(wrong) else judged
    once = abs(to_undirected(graph).adjacency()) + sparse.eye_array(graph.n_nodes, format="csr")
    around = sparse.csr_array((once[centres] @ once) > 0)
    size = np.diff(around.indptr)
    counts = np.isin(around.indices, judged)
    told = np.add.reduceat(counts.astype(np.int64), around.indptr[:-1])
    fits = size <= MOST_DRAWN
    best = int(np.where(fits, told, -1).argmax()) if fits.any() else int(size.argmin())
    nodes = np.sort(around.indices[around.indptr[best] : around.indptr[best + 1]]).astype(np.int64)
    centre = centres[best]
    return nodes if len(nodes) <= MOST_DRAWN else np.union1d(nodes[: MOST_DRAWN - 1], [centre])
