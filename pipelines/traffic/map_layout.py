"""Where nodes are drawn: at their coordinates, or where the graph itself puts them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...domains.graphs.kernels.laplacian_positions import laplacian_positions
from ...domains.graphs.sensor_graph.components import components
from ...domains.graphs.sensor_graph.direction import to_undirected
from ...domains.graphs.sensor_graph.sensor_graph import SensorGraph

SPREAD_NODES = 1000
SPREAD_ROUNDS = 150
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


@dataclass(frozen=True)
class MapLayout:
    """Places of N nodes on a drawing."""

    places: np.ndarray
    """float64 [N, 2], to the right and up, one unit the same in both directions."""
    said: str
    """How they came about, in a sentence."""


def lay_out(graph: SensorGraph) -> MapLayout:
    """Places of a graph's nodes."""
    if graph.coordinates is not None and graph.geographic:
        latitude, longitude = graph.coordinates.T
        shrink = np.cos(np.radians((latitude.min() + latitude.max()) / 2))
        places = np.stack([longitude * shrink, latitude], axis=1)
        return MapLayout(places, "Nodes stand at their coordinates, north is up.")
    if graph.coordinates is not None:
        return MapLayout(graph.coordinates, "Nodes stand at their coordinates.")
    return MapLayout(
        _by_laplacian(graph),
        "No coordinates were given: nodes that are joined lie close to each other (eigenvectors of the "
        "graph's Laplacian, spread out by springs); places mean nothing more.",
    )


def _by_laplacian(graph: SensorGraph) -> np.ndarray:
    """Every connected part by itself, the parts side by side, the largest first."""
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
    """Places of a connected graph: two eigenvectors, then springs (Fruchterman & Reingold 1991).

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
