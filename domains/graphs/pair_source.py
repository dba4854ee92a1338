"""Encoded (cutoff, node) pairs as training samples for SGP."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .models.batch import Edges
from .models.sgp import SGP, WINDOW_NODES, EncodedPairs
from .window_source import GraphWindowSource, Tensors, graph_batch


@dataclass(frozen=True)
class PairSource:
    """Pairs that were encoded once, drawn by index as if they were independent (a `BatchSource`).

    Features are kept in half precision, everything else in single. Build with `encode_pairs`.
    """

    features_PGR: Tensor
    """float16."""
    facts_PF: Tensor
    last_PC: Tensor
    node_P: Tensor
    target_PHC: Tensor
    observed_PHC: Tensor
    """bool."""

    def __len__(self) -> int:
        return len(self.node_P)

    def batch(self, indices: np.ndarray) -> Tensors:
        """Tensors as `PairObjective` reads them."""
        chosen = torch.from_numpy(indices)
        return {
            "features": self.features_PGR[chosen].float(),
            "facts": self.facts_PF[chosen],
            "last": self.last_PC[chosen],
            "node": self.node_P[chosen],
            "target": self.target_PHC[chosen],
            "target_observed": self.observed_PHC[chosen],
        }


def encode_pairs(network: SGP, windows: GraphWindowSource, edges: Edges, seed: int) -> PairSource:
    """Encode the windows, a few at a time, and keep as many pairs as the network's settings allow.

    All cutoffs are encoded up to `settings.cutoffs`, else that many are drawn. All nodes of each are kept
    where that takes no more than `settings.megabytes`, else as many as fit, drawn for each cutoff anew. So
    memory depends neither on the length of the data nor on the number of nodes or edges.
    """
    settings, sizes = network.settings, network.dimensions
    draw = np.random.default_rng(seed)
    features = network.blocks * settings.reservoir_layers * settings.reservoir
    answers = sizes.horizon * sizes.channels
    # half a float per feature; facts, a target and its mask are small beside them
    bytes_each = 2 * features + 4 * (network.facts + sizes.channels) + 5 * answers + 8
    most = max(settings.megabytes * 1_000_000 // bytes_each, 1)
    cutoffs = np.arange(len(windows))
    limit = min(settings.cutoffs, most)
    if len(cutoffs) > limit:
        cutoffs = np.sort(draw.choice(cutoffs, limit, replace=False))
    nodes = min(sizes.nodes, max(most // max(len(cutoffs), 1), 1))
    source = _empty(network, len(cutoffs) * nodes)
    size = max(WINDOW_NODES // sizes.nodes, 1)
    filled = 0
    for start in range(0, len(cutoffs), size):
        tensors = windows.batch(cutoffs[start : start + size])
        encoded = network.encode(graph_batch(tensors, edges, sizes.horizon))
        count = len(encoded.last_PC)
        node_BN = np.stack([_drawn(draw, sizes.nodes, nodes) for _ in range(count)])
        filled = _keep(source, filled, encoded, tensors, torch.from_numpy(node_BN))
    return source


def _drawn(draw: np.random.Generator, nodes: int, wanted: int) -> np.ndarray:
    return np.arange(nodes) if wanted == nodes else np.sort(draw.choice(nodes, wanted, replace=False))


def _empty(network: SGP, pairs: int) -> PairSource:
    settings, sizes = network.settings, network.dimensions
    groups = network.blocks * settings.reservoir_layers
    answer = (pairs, sizes.horizon, sizes.channels)
    return PairSource(
        torch.empty(pairs, groups, settings.reservoir, dtype=torch.float16),
        torch.empty(pairs, network.facts),
        torch.empty(pairs, sizes.channels),
        torch.empty(pairs, dtype=torch.int64),
        torch.empty(answer),
        torch.empty(answer, dtype=torch.bool),
    )


def _keep(source: PairSource, filled: int, encoded: EncodedPairs, tensors: Tensors, node_BN: Tensor) -> int:
    """Copy the chosen nodes of each window to the places from `filled` on; returns the next place."""
    place = slice(filled, filled + node_BN.numel())
    window_BN = torch.arange(len(node_BN))[:, None].expand_as(node_BN)
    source.node_P[place] = node_BN.flatten()
    for kept, whole in (
        (source.features_PGR, encoded.features_PGR),
        (source.facts_PF, encoded.facts_PF),
        (source.last_PC, encoded.last_PC),
        (source.target_PHC, tensors["target"]),
        (source.observed_PHC, tensors["target_observed"]),
    ):
        kept[place] = whole[window_BN, node_BN].flatten(0, 1).to(kept.dtype)
    return place.stop
