"""Parts of a graph that no edge connects."""

from __future__ import annotations

import numpy as np

from ....shared.errors import note
from .sensor_graph import SensorGraph


def components(graph: SensorGraph) -> np.ndarray:
    """int64 [N], number of the part that each node belongs to, whatever the direction of edges; 0 first."""
    from scipy.sparse.csgraph import connected_components

    _, labels = connected_components(graph.adjacency() != 0, directed=True, connection="weak")
    return labels.astype(np.int64)


def warn_of_components(graph: SensorGraph, why: str) -> int:
    """Number of parts; with more than one an InputWarning that says what follows from it.

    Args:
        why: what suffers, as the end of a sentence: "positions are comparable within one part only".
    """
    sizes = np.bincount(components(graph))
    if sizes.size > 1:
        alone = int(np.count_nonzero(sizes == 1))
        note(f"the graph falls into {sizes.size} parts ({alone} of them single nodes): {why}")
    return int(sizes.size)
