"""From a labelled graph to the batch that a method reads."""

from __future__ import annotations

import numpy as np
import torch

from ..sensor_graph.direction import to_undirected
from ..sensor_graph.sensor_graph import SensorGraph
from ..systems.feature_rows import FeatureRows
from ..systems.node_batch import NodeBatch, symmetric_edges
from .feature_scaling import FeatureScaling
from .labelled_graph import LabelledGraph


def prepared_graph(
    data: LabelledGraph, scaling: FeatureScaling, positions: int, nodes: np.ndarray
) -> NodeBatch:
    """The whole graph as tensors, with `nodes` (int64 numbers) as those that count.

    Args:
        positions: Laplacian eigenvectors wanted for each node.
    """
    index = torch.from_numpy(data.graph.edge_index)
    weight = torch.from_numpy(data.graph.edge_weight)
    smoothing = symmetric_edges(index, weight, data.n_nodes)
    return NodeBatch(
        features=FeatureRows.of(scaling.apply(data.features)),
        edge_index=index,
        edge_weight=weight,
        smoothing_index=smoothing[0],
        smoothing_weight=smoothing[1],
        positions=_positions(data.graph, positions),
        label=torch.from_numpy(data.label),
        nodes=torch.from_numpy(np.asarray(nodes, np.int64)),
    )


def _positions(graph: SensorGraph, count: int) -> torch.Tensor:
    """float32 [N, count]: each component's own eigenvectors times the root of its size; directions left out.

    So their mean square is 1 on a graph of any size, and a linear map of them need not be.
    """
    if not count:
        return torch.zeros(graph.n_nodes, 0)
    from ..kernels.laplacian_positions import laplacian_positions

    found = laplacian_positions(to_undirected(graph), count, per_component=True)
    size = np.bincount(found.component)[found.component]
    return torch.from_numpy((found.vectors * np.sqrt(size)[:, None]).astype(np.float32))
