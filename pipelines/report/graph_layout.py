"""Where the nodes of a graph without coordinates are drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...domains.graphs.kernels.laplacian_positions import laplacian_positions
from ...domains.graphs.sensor_graph.components import components
from ...domains.graphs.sensor_graph.direction import to_undirected
from ...domains.graphs.sensor_graph.sensor_graph import SensorGraph

SPREAD_NODES = 1000
SPREAD_ROUNDS = 150
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


def places_by_edges(graph: SensorGraph) -> np.ndarray:
    """Places of nodes, float64 [N, 2], those that are joined close to each other.

    Every connected part stands by itself, the parts side by side, the largest first.
    """
    undirected = to_undirected(replace(graph, edge_weight=np.abs(graph.edge_weight)))
    label = components(undirected)
    parts = [np.flatnonzero(label == part) for part in np.argsort(-np.bincount(label), kind="stable")]
    alone = np.concatenate([np.zeros(0, np.int64), *(part for part in parts if len(part) == 1)])
    places, right = np.zeros((graph.n_nodes, 2)), 0.0
    for part in parts:
        if len(part) > 1:
            inside = _spread(undirected.select(part))
            inside *= np.sqrt(len(part)) / np.abs(inside).max()
            inside[:, 0] += right - inside[:, 0].min()
            places[part] = inside
            right = places[part, 0].max() + 1.5
    rows = max(int(np.sqrt(len(alone))), 1)
    number = np.arange(len(alone))
    places[alone] = np.stack([right + number // rows, number % rows - (rows - 1) / 2], axis=1)
    return places


def _spread(graph: SensorGraph) -> np.ndarray:
    """Places of a connected undirected graph: two eigenvectors, then springs (Fruchterman & Reingold 1991).

    Deterministic, like its start; beyond SPREAD_NODES the eigenvectors alone.
    """
    vectors = laplacian_positions(graph, 2).vectors.astype(np.float64)
    # Equal entries (the two ends of a symmetric graph) would never be driven apart.
    angle = np.arange(graph.n_nodes) * GOLDEN_ANGLE
    places = vectors / max(float(np.abs(vectors).max()), 1e-9)
    places += 1e-2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    if graph.n_nodes > SPREAD_NODES:
        return places
    sender, receiver = graph.edge_index
    distance = 2 / np.sqrt(graph.n_nodes)
    for heat in np.linspace(0.2, 0.002, SPREAD_ROUNDS):
        away = places[:, None] - places
        square = np.maximum((away**2).sum(axis=2), 1e-8)
        push = (away * (distance**2 / square)[:, :, None]).sum(axis=1)
        along = places[sender] - places[receiver]
        pull = along * np.sqrt((along**2).sum(axis=1, keepdims=True)) / distance
        np.add.at(push, sender, -pull)
        length = np.sqrt((push**2).sum(axis=1, keepdims=True))
        places += push / np.maximum(length, 1e-9) * np.minimum(length, heat)
    return places - (places.max(axis=0) + places.min(axis=0)) / 2
