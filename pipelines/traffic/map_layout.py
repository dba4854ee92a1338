"""Where nodes are drawn: at their coordinates, or where the graph itself puts them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...domains.graphs.sensor_graph.sensor_graph import SensorGraph
from ..report.graph_layout import places_by_edges


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
        places_by_edges(graph),
        "No coordinates were given: nodes that are joined lie close to each other (eigenvectors of the "
        "graph's Laplacian, spread out by springs); places mean nothing more.",
    )
