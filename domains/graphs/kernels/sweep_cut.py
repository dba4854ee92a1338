"""The prefix of a ranking of nodes with the least conductance."""

from __future__ import annotations

import numba
import numpy as np

from .compressed_rows import CompressedRows
from .node_table import find, table_of


def sweep_cut(
    rows: CompressedRows,
    ranking: np.ndarray,
    *,
    labels: np.ndarray | None = None,
    epsilon: float = 1.0,
) -> tuple[int, float]:
    """How many of the first nodes of `ranking` make the best cluster S, and its conductance.

    Conductance is cut(S) / min(vol(S), vol(V) - vol(S)) with weights as in `flow_diffusion`; vol(V) is that
    of the unlabelled graph, as anything else would take a look at every edge. 1 where there is no edge.

    Args:
        ranking: int64 [n], distinct nodes, best first. Only their edges are looked at.
    """
    known = np.zeros(0, dtype=np.int64) if labels is None else np.asarray(labels).astype(np.int64, copy=False)
    edges = rows.offsets, rows.neighbours, rows.weights
    length, conductance = _sweep(*edges, known, epsilon, ranking, rows.volume)
    return int(length), float(conductance)


@numba.njit(cache=True, nogil=True)
def _sweep(
    offsets: np.ndarray,
    neighbours: np.ndarray,
    weights: np.ndarray,
    labels: np.ndarray,
    epsilon: float,
    ranking: np.ndarray,
    total: float,
) -> tuple[int, float]:
    table = table_of(ranking, len(ranking))
    cut, volume = 0.0, 0.0
    best, length = 1.0, min(1, len(ranking))
    for i in range(len(ranking)):
        u = ranking[i]
        for e in range(offsets[u], offsets[u + 1]):
            v = neighbours[e]
            agreeing = len(labels) == 0 or labels[u] == labels[v]
            weight = weights[e] if agreeing else weights[e] * epsilon
            volume += weight
            if v == u:
                continue
            row = find(table, v)
            inside = table[row, 0] == v and table[row, 1] < i
            cut += -weight if inside else weight
        smaller = min(volume, total - volume)
        if smaller > 0 and cut / smaller < best:
            best, length = cut / smaller, i + 1
    return length, best
