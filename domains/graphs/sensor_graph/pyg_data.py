"""Sensor graphs as PyG's Data, and back."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .policies import settle_graph
from .sensor_graph import SensorGraph

if TYPE_CHECKING:
    from torch_geometric.data import Data


def to_pyg(graph: SensorGraph) -> Data:
    """`Data` with edge_index int64 [2, E], edge_weight float32 [E], num_nodes and, if known, pos [N, 2]."""
    import torch

    with warnings.catch_warnings():
        # Its import touches deprecated parts of torch, whose warnings nobody here can act on.
        warnings.simplefilter("ignore")
        from torch_geometric.data import Data

    places = None if graph.coordinates is None else torch.from_numpy(graph.coordinates.astype(np.float32))
    return Data(
        edge_index=torch.from_numpy(graph.edge_index.copy()),
        edge_weight=torch.from_numpy(graph.edge_weight.copy()),
        num_nodes=graph.n_nodes,
        pos=places,
    )


def from_pyg(data: Data, nodes: Sequence[object] | None = None) -> SensorGraph:
    """The graph of a `Data`: its weights are edge_weight, else edge_attr [E] or [E, 1], else 1.

    Raises:
        InputError: edges or weights that do not fit the nodes.
    """
    weight = data.edge_weight if data.edge_weight is not None else data.edge_attr
    values = None if weight is None else weight.detach().cpu().numpy()
    if values is not None and values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    names = int(data.num_nodes or 0) if nodes is None else nodes
    return settle_graph(names, np.asarray(data.edge_index), values, self_loops="keep")
